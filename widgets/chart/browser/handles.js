// What can be dragged in the picture itself. A handle moves its slider, and where it may go is what
// the film of that slider shows.
import * as sliders from "./sliders.js"

export class Handles {
  constructor (chart) {
    this.chart = chart
    this.grips = []
  }

  // Put a grip on every handle of the picture that is drawn.
  place (picture) {
    const wanted = picture.handles.length
    while (this.grips.length > wanted) this.grips.pop().remove()
    while (this.grips.length < wanted) this.grips.push(this.grip(this.grips.length))
    picture.handles.forEach((handle, which) => {
      const { style, dataset, classList } = this.grips[which]
      const [x, y] = this.spot(handle, picture.figure.layout)
      const width = handle.width ? Math.abs(this.spot({ ...handle, x: handle.x + handle.width }, picture.figure.layout)[0] - x) : 0
      dataset.way = handle.way
      dataset.hue = handle.hue
      classList.toggle("kl-bar", handle.width > 0)
      style.setProperty("--x", `${x}px`)
      style.setProperty("--y", `${y}px`)
      style.setProperty("--width", `${width}px`)
    })
  }

  // Where a handle is in a picture with this layout, in pixels from the corner of the plot.
  spot ({ x, y, axes }, layout) {
    return [["x", x, axes[0]], ["y", y, axes[1]]].map(([way, value, name]) => {
      const drawn = this.chart.plot._fullLayout[name]
      const [low, high] = layout[name]?.range ?? drawn.range
      const share = (value - low) / (high - low)
      return drawn._offset + drawn._length * (way === "x" ? share : 1 - share)
    })
  }

  grip (which) {
    const grip = document.createElement("div")
    grip.className = "kl-grip"
    // The sliders are the way for keyboard and screen reader.
    grip.setAttribute("aria-hidden", "true")
    grip.addEventListener("pointerdown", event => this.hold(event, which, grip))
    this.chart.host.append(grip)
    return grip
  }

  hold (event, which, grip) {
    const { slider } = this.chart.shown.handles[which]
    if (event.button || sliders.dragging() || !sliders.take(slider)) return
    event.preventDefault()
    grip.setPointerCapture(event.pointerId)
    grip.classList.add("kl-held")
    const { shown, film } = this.chart
    const start = this.finger(event)
    const [x, y] = this.spot(shown.handles[which], shown.figure.layout)
    // Where the finger is beside the handle, so that nothing leaps when it takes hold.
    const beside = [start[0] - x, start[1] - y]
    let at = event
    const follow = () => {
      if (!film.plays(slider)) return
      const finger = this.finger(at).map((each, way) => each - beside[way])
      sliders.put(slider, film.nearest(which, (handle, layout) =>
        distance(handle.way, this.spot(handle, layout), finger)))
    }
    this.late = follow
    const move = each => { if (each.pointerId === event.pointerId) { at = each; follow() } }
    const end = each => {
      if (each.pointerId !== event.pointerId) return
      removeEventListener("pointermove", move)
      for (const name of ["pointerup", "pointercancel"]) removeEventListener(name, end)
      grip.classList.remove("kl-held")
      this.late = null
      sliders.give(slider)
    }
    // On the window: a grip that the next picture lacks would never hear of the end.
    addEventListener("pointermove", move)
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, end)
  }

  // Where a finger is, in pixels from the corner of the plot.
  finger ({ clientX, clientY }) {
    const { x, y } = this.chart.plot.getBoundingClientRect()
    return [clientX - x, clientY - y]
  }

  // A film has come: the finger may have moved before.
  filmed () { this.late?.() }
}

function distance (way, [x, y], [across, up]) {
  if (way === "x") return Math.abs(x - across)
  if (way === "y") return Math.abs(y - up)
  return Math.hypot(x - across, y - up)
}
