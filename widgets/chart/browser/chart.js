// A chart: Plotly on one persistent node, with its numbers and words. While a slider that it follows
// is dragged it plays a film of it: pictures that the server has computed.
import { Film } from "./film.js"
import { Glide, still } from "./glide.js"
import { Handles } from "./handles.js"
import { drawing } from "./drawing.js"
import "./styled.js"
import * as sliders from "./sliders.js"
import { says } from "./voice.js"

const PATIENCE = 1000 // milliseconds that a film may take to come
const PAUSE = 150 // milliseconds after which a slider that is held has come to rest, times the server's pace
const ENDS = 1000 // milliseconds after which what played has ended, frame and all
const CONFIG = { displayModeBar: false }
const decoder = new TextDecoder()
const charts = new WeakMap()

class Chart {
  constructor (parent) {
    this.host = document.createElement("div")
    this.host.className = "kl-chart"
    this.host.setAttribute("role", "figure")
    this.plot = document.createElement("div")
    this.plot.className = "kl-plot"
    this.numbers = document.createElement("div")
    this.numbers.className = "kl-numbers"
    this.words = document.createElement("div")
    this.words.className = "kl-words"
    this.host.append(this.plot)
    // Plotly would keep a finger that scrolls the page; a tap reaches it as a mouse all the same.
    this.plot.addEventListener("touchstart", event => event.stopPropagation(), { capture: true, passive: true })
    parent.append(this.host)
    this.film = new Film()
    this.handles = new Handles(this)
    this.stop = sliders.follow(this)
    this.resized = new ResizeObserver(() => this.resize())
    this.resized.observe(this.plot)
    this.resized.observe(this.words)
    this.pencil = drawing(this.host, () => this.draw())
    this.glide = new Glide(() => this.pencil.now())
  }

  // What the server says: a picture, perhaps with a film.
  take (text, tell) {
    this.tell = tell
    if (text === this.text) return
    this.text = text
    const before = this.data?.picture.alt
    this.data = JSON.parse(text)
    if (before !== undefined && before !== this.data.picture.alt && this.pencil.near()) says(this.host, this.data.picture.alt)
    this.makeRoom(this.data.picture)
    if (this.data.at) {
      this.host.append(this.numbers, this.words)
      if (!this.shown) this.say(this.data.picture)
      this.film.take(this.data, () => { this.handles.filmed(); this.pencil.now() })
        .catch(error => console.warn("A film could not be read.", error))
    }
    if (this.data.glide && this.shown && this.pencil.near()) this.glide.begin(this.data.glide, this.data.picture, this.shown)
    else this.glide.end()
    this.plays = this.data.plays && !still()
    this.pencil.due()
  }

  follows (slider) { return this.data?.at?.[slider] !== undefined }

  // A slider is about to move: ask for its film, if anybody could see it.
  expect (slider) {
    if (!this.follows(slider) || this.film.plays(slider) || !this.pencil.near()) return
    this.asked = performance.now()
    order(async () => {
      await sliders.quiet()
      if (this.film.plays(slider)) return
      this.tell("film", slider)
      await this.film.comes(PATIENCE * sliders.pace())
    })
  }

  // The slider stands somewhere else now.
  move (slider) {
    if (!this.follows(slider)) return
    this.slider = slider
    this.moved = performance.now()
    this.glide.end()
    this.pencil.now()
  }

  // Whether a film shows, or soon will, what this slider does: nobody else needs to. Where the slider
  // comes to rest between two stops of the film, the server does.
  claims (slider) {
    if (!this.follows(slider)) return false
    const now = performance.now()
    if (!this.film.plays(slider)) return now - this.asked < PATIENCE * sliders.pace()
    return this.film.stopsAt(sliders.place(slider)) || now - this.moved < PAUSE * sliders.pace()
  }

  // Where the slider that moved last stands.
  get place () { return this.slider && sliders.place(this.slider) }

  // Whose picture of that place is shown: the server's, the film's, or, until the server answers, that
  // of the nearest place there is; while it glides, of none.
  get source () {
    if (this.glide.picture) return "glide"
    if ([undefined, null, this.data.at?.[this.slider]].includes(this.place)) return "server"
    return this.film.plays(this.slider) && this.film.stopsAt(this.place) ? "film" : "nearest"
  }

  get picture () {
    const known = this.data.picture
    if (this.source === "glide") return this.glide.picture
    return this.source === "server" ? known : this.film.at(this.slider, this.place) ?? known
  }

  // As high as the figure wants, or as the page has room for; before it is drawn, too: nothing below moves.
  makeRoom ({ figure: { layout: { height } } }) {
    if (this.wants === height) return
    this.wants = height
    this.plot.style.setProperty("--height", `${height}px`)
    this.size = null
  }

  say ({ words, numbers }) {
    this.words.innerHTML = words
    this.numbers.replaceChildren(...numbers.map(([label, value]) => number(label, value)))
  }

  draw () {
    const picture = this.picture
    this.host.setAttribute("aria-label", this.data.picture.alt)
    this.host.dataset.source = this.source
    // What the server confirms has been shown already.
    if (picture === this.shown || same(picture, this.shown)) return
    this.shown = picture
    this.makeRoom(picture)
    if (!this.size) this.measure()
    this.say(picture)
    const { data, layout, frames } = picture.figure
    this.host.classList.add("kl-drawn")
    const known = this.plot.classList.contains("js-plotly-plot")
    // What still plays would write its next frames into the new figure.
    this.halt()
    window.Plotly.react(this.plot, { data, layout: { ...layout, ...this.size }, frames, config: CONFIG })
    if (!known) this.hear()
    this.played ||= Boolean(frames?.length)
    this.handles.place(picture)
    if (this.plays) this.play(picture.figure)
  }

  // As its own button would, from the first frame on.
  play ({ layout }) {
    this.plays = false
    const [button] = layout.updatemenus?.[0]?.buttons ?? []
    if (button) window.Plotly.animate(this.plot, null, { ...button.args[1], fromcurrent: false }).catch(() => {})
  }

  // Let whatever plays end where it is.
  async halt () {
    if (this.played) await window.Plotly.animate(this.plot, [null], { mode: "immediate" }).catch(() => {})
  }

  // A figure that still plays would look in every frame for what is taken away: it ends first.
  async clear () {
    if (this.played) {
      await this.halt()
      await new Promise(resolve => setTimeout(resolve, ENDS))
    }
    window.Plotly?.purge(this.plot)
  }

  hear () {
    this.plot.on("plotly_click", ({ points: [point] }) => {
      if (this.data.clicks && point) this.tell("clicked", { x: point.x, y: point.y, trace: point.curveNumber })
    })
  }

  measure () {
    const { clientWidth: width, clientHeight: height } = this.plot
    const same = this.size?.width === width && this.size.height === height
    this.size = { width, height }
    return same
  }

  resize () {
    // Words that scroll can be reached by keyboard.
    this.words.tabIndex = this.words.scrollHeight > this.words.clientHeight ? 0 : -1
    if (!this.shown || !this.plot.clientWidth || this.measure()) return
    this.shown = null
    this.pencil.due()
  }

  remove () {
    this.stop()
    this.pencil.stop()
    this.resized.disconnect()
    this.clear()
  }
}

// One film is asked for after the other: Streamlit runs one fragment for all that is told at once.
let last = Promise.resolve()
const order = ask => { last = last.then(ask) }

const same = (one, other) => JSON.stringify({ ...one, alt: "" }) === JSON.stringify({ ...other, alt: "" })

function number (label, value) {
  const box = document.createElement("div")
  const name = document.createElement("span")
  const large = document.createElement("strong")
  name.textContent = label
  large.textContent = value
  box.append(name, large)
  return box
}

export default function ({ parentElement, data, setTriggerValue }) {
  let chart = charts.get(parentElement)
  if (!chart) charts.set(parentElement, chart = new Chart(parentElement))
  chart.take(decoder.decode(data), setTriggerValue)
  // Streamlit also says goodbye when a next picture overtakes this one: only who is gone is gone.
  return () => setTimeout(() => {
    if (parentElement.isConnected || !charts.delete(parentElement)) return
    chart.remove()
  })
}
