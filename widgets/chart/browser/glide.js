// From one view to the next: pictures of what lies between, played once when a view comes.
import { patched, unpacked } from "./film.js"

const TIME = 900 // milliseconds

// Who asks for less motion gets where it ends at once.
export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches

export class Glide {
  // `draw` draws what is the picture then.
  constructor (draw) { this.draw = draw }

  // The picture of this moment; the last of the view before until there is one; none when nothing glides.
  picture = null

  async begin (reel, tree, before) {
    if (still()) return
    const mine = this.running = {}
    this.picture = before
    const { paths, frames, values } = await unpacked(reel).catch(() => ({ frames: [] }))
    const known = frames.filter(frame => frame)
    const start = performance.now()
    const next = now => {
      if (this.running !== mine) return
      const gone = (now - start) / TIME
      if (gone >= 1 || !known.length) return this.end()
      const frame = known[Math.floor(eased(Math.max(gone, 0)) * known.length)]
      this.picture = patched(tree, paths, frame.map(which => values[which]))
      this.draw()
      requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  }

  // Somebody moves something, or it has arrived.
  end () {
    if (!this.running) return
    this.running = this.picture = null
    this.draw()
  }
}

// Slow at both ends.
const eased = part => part * part * (3 - 2 * part)
