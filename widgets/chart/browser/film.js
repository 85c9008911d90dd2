// A film: the pictures at all stops of one slider, as the server computed them.
export class Film {
  reel = null

  // Keep what belongs to the view that the server shows, and only that. `ready` hears of a new film.
  async take ({ film, view, at, picture }, ready) {
    this.now = { view, at }
    if (this.reel && !this.valid(this.reel)) this.reel = null
    if (!film) return
    const reel = { ...await unpacked(film), view, at, tree: picture, made: new Map() }
    if (!this.valid(reel)) return
    this.reel = reel
    ready()
    this.came?.()
  }

  // Settles when the next film is there, or when that takes too long.
  comes (patience) {
    return new Promise(resolve => {
      this.came = resolve
      setTimeout(resolve, patience)
    })
  }

  // A film shows one slider moving and everything else at rest: here and now, or it is of no use.
  valid ({ view, at, slider }) {
    return view === this.now.view && Object.entries(at)
      .every(([key, place]) => key === slider || this.now.at[key] === place)
  }

  plays (slider) { return this.reel?.slider === slider }

  stopsAt (place) { return this.reel.places.includes(place) }

  // The picture at the stop nearest to this place; the last one where there is nothing to draw.
  at (slider, place) {
    if (!this.plays(slider)) return null
    const { places } = this.reel
    const stop = nearest(places, each => Math.abs(each - place))
    this.last = this.picture(stop) ?? this.last
    return this.last ?? null
  }

  picture (stop) {
    const { frames, paths, values, tree, made } = this.reel
    if (!frames[stop]) return null
    if (!made.has(stop)) made.set(stop, patched(tree, paths, frames[stop].map(which => values[which])))
    return made.get(stop)
  }

  // The place of the slider at which its handle comes nearest to a finger; `far` says how far it is.
  nearest (which, far) {
    const { places, frames } = this.reel
    return places[nearest(frames, (frame, stop) => {
      const handle = frame && this.picture(stop).handles[which]
      return handle ? far(handle, this.picture(stop).figure.layout) : Infinity
    })]
  }
}

function nearest (list, distance) {
  let best = 0
  let least = Infinity
  list.forEach((each, place) => {
    const far = distance(each, place)
    if (far < least) [best, least] = [place, far]
  })
  return best
}

export async function unpacked (film) {
  const bytes = Uint8Array.from(atob(film), letter => letter.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))
  return new Response(stream).json()
}

// A copy of a tree with other values at these paths; what does not change is shared.
export function patched (tree, paths, values) {
  const root = branch(tree)
  const own = new Set([root])
  paths.forEach((path, which) => {
    let node = root
    for (const step of path.slice(0, -1)) {
      if (!own.has(node[step])) own.add(node[step] = branch(node[step]))
      node = node[step]
    }
    node[path.at(-1)] = values[which]
  })
  return root
}

const branch = node => Array.isArray(node) ? [...node] : { ...node }
