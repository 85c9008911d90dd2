// Asks for the whole page when nothing has moved for a moment, and again until it is there.
const QUIET = 150 // milliseconds after a key: another may follow; times the server's pace
const TELLING = 350 // milliseconds after a key in which the slider may not have told its value yet
const LOOK = 30 // milliseconds between two looks whether something still moves
const AGAIN = 1500 // milliseconds until an answer is missed
const TRIES = 3 // how often it is asked for what a chart does not follow
const SETTLING = 500 // milliseconds in which the server hears of a button, and the browser what it did

let tell, timer
// A key on a slider: the whole page would take back what it has not told yet.
let pressing = false // held down
let keyed = -Infinity // when for the last time

const page = document.documentElement.dataset
const running = () => document.querySelector(".stApp")?.dataset.testScriptState === "running"
const quiet = () => QUIET * (Number(page.pace) || 1)
const within = (time, since) => performance.now() - since < time
const busy = () =>
  page.moving || pressing || within(TELLING, keyed) || running() || within(SETTLING, page.pressed)

// The slider or grip that a pointer went down on, and where it stood then; the pointer may come up anywhere.
let held
const moved = target => target.closest?.("[data-testid=stSlider], .kl-grip")
const place = slider => slider?.querySelector("input[type=range]")?.value

// What is asked for tells the server all controls as the browser has them. A button may have changed
// one that the browser does not show yet: it would be changed back.
const press = () => { page.pressed = performance.now() }

const listen = (kind, hear) => addEventListener(kind, event => { if (event.isTrusted) hear(event) }, true)
listen("keydown", ({ target }) => {
  if (!moved(target)) return press()
  pressing = true
  keyed = performance.now()
})
for (const end of ["keyup", "blur"]) addEventListener(end, () => { pressing = false }, true)
listen("pointerdown", ({ target }) => {
  const slider = moved(target)
  held = { slider, from: place(slider) }
  if (!slider) press()
})
listen("pointerup", () => {
  if (!held?.slider) press()
  else if (place(held.slider) !== held.from) letGo()
})

// Ask right behind what the slider itself tells: one run of the script can answer both.
function letGo () {
  requestAnimationFrame(() => setTimeout(() => { if (!busy()) tell?.() }))
}

function ask () {
  clearTimeout(timer)
  if (busy()) {
    timer = setTimeout(ask, LOOK)
  } else {
    tell?.()
    timer = setTimeout(ask, AGAIN)
  }
}

// What the server has just run says how many moves the page still owes (redraw.py).
function hear () {
  clearTimeout(timer)
  // A finger that has let go is at rest already.
  const released = performance.now() - page.released < 1000
  if (Number(page.owed)) timer = setTimeout(ask, released ? 0 : quiet())
  else timer = setTimeout(agree, QUIET)
}

// A slider may have told its value just when the server put it elsewhere: then the browser shows where it
// was put, and the charts what it told. What is asked for tells the server what the browser shows.
let tries = 0
const apart = () => document.querySelector(".kl-chart[data-source=nearest]")

function agree () {
  if (busy()) timer = setTimeout(agree, LOOK)
  else if (!apart()) tries = 0
  else if (tries++ < TRIES) ask()
}

document.addEventListener("kl:answered", hear)

// Who has a slider in hand before the first answer is heard may have moved it, and what is owed for that
// was seen to go unheard: Streamlit still fetches its components then.
const makeSure = () => { if (moved(document.activeElement)) ask() }
document.addEventListener("kl:answered", makeSure, { once: true })

// A run drops what Streamlit has not sent yet of the one before. Where fragments then come to a page that
// lacks their place, Streamlit's page is gone; its address has all of it.
addEventListener("error", ({ message }) => { if (/Bad delta path/.test(message)) location.reload() })

export default function ({ setTriggerValue }) {
  const first = !tell
  tell = () => setTriggerValue("rest", true)
  hear()
  if (first) makeSure()
  document.querySelector(".st-key-_at_rest").style.position = "absolute"
}
