// A film: the pictures at all stops of one slider, as the server computed them.
export class Film {
  // Keep what belongs to the view that the server shows, and only that.
  take ({ film, view, at, picture }) {
    if (film) this.reel = { ...film, view, at, tree: picture, last: null }
    else if (this.reel && !this.valid(view, at)) this.reel = null
  }

  valid (view, at) {
    return this.reel.view === view && Object.entries(this.reel.at)
      .every(([slider, place]) => slider === this.reel.slider || at[slider] === place)
  }

  plays (slider) { return this.reel?.slider === slider }

  // The picture at the stop nearest to this place; none where there is nothing to draw.
  at (slider, place) {
    if (!this.plays(slider)) return null
    const { places, paths, frames, tree } = this.reel
    let best = 0
    places.forEach((each, stop) => {
      if (Math.abs(each - place) < Math.abs(places[best] - place)) best = stop
    })
    if (this.reel.last?.stop === best) return this.reel.last.picture
    if (!frames[best]) return this.reel.last?.picture ?? null
    const picture = patched(tree, paths, frames[best])
    this.reel.last = { stop: best, picture }
    return picture
  }
}

// A copy of a tree with other values at these paths; what does not change is shared.
export function patched (tree, paths, values) {
  const copies = new Map()
  const copy = (node) => {
    if (!copies.has(node)) copies.set(node, Array.isArray(node) ? [...node] : { ...node })
    return copies.get(node)
  }
  const root = copy(tree)
  paths.forEach((path, which) => {
    let node = root
    path.slice(0, -1).forEach(step => {
      if (![...copies.values()].includes(node[step])) node[step] = copy(node[step])
      node = node[step]
    })
    node[path.at(-1)] = values[which]
  })
  return root
}
