// Streamlit's sliders while they move. Under a finger they tell the server on release only (since its
// pull request 11879): here they tell charts at once, and the server as often as it can answer.
const PAUSE = 80 // milliseconds between two values that go out, times the server's pace
const PATIENCE = 2000 // how long an answer may take before the next value goes out all the same
const DWELL = 120 // how long a slider has the focus before a film of it is worth asking for
const LOOK = 20 // milliseconds between two looks whether it is quiet
const SETTLING = 500 // milliseconds in which the browser shows what a button has done
const SYNTHETIC = 97531 // a pointer that no hand has
const SLIDER = "[data-testid=stSlider]"

const followers = new Set()
let drag = null // what a finger holds
let answered = true
let sent = 0

// Let a chart hear of sliders: what is about to move (`expect`), and what has moved (`move`).
export const follow = chart => { followers.add(chart); return () => followers.delete(chart) }

const rangeOf = key => document.querySelector(`.st-key-${CSS.escape(key)} ${SLIDER} input[type=range]`)

// Where a slider stands on the screen; null where there is none.
export const place = key => { const range = rangeOf(key); return range && Number(range.value) }

export const dragging = () => drag !== null

// How much longer than usual a busy server asks to be left alone (widgets/pace.py).
export const pace = () => Number(document.documentElement.dataset.pace) || 1

// Settles when a film can be asked for. Not while the server draws: Streamlit would drop what is still
// on its way of the picture. Not right after a button: what tells the server tells it all controls as
// the browser has them, and would change back one that the button has changed (rest.js).
export async function quiet () {
  const drawing = () => document.querySelector(".stApp")?.dataset.testScriptState === "running"
  const pressed = () => performance.now() - document.documentElement.dataset.pressed < SETTLING
  while (drawing() || pressed()) await new Promise(resolve => setTimeout(resolve, LOOK))
}

// Take hold of a slider from elsewhere; false where it cannot be moved.
export function take (key) {
  const range = rangeOf(key)
  if (!range || range.disabled) return false
  hold({ key, range })
  return true
}

// Put a slider that is held on a place, within its ends; react-aria hears of it as of a key.
export function put (key, value) {
  const range = rangeOf(key)
  if (!range || drag?.key !== key || Number(range.value) === value) return
  const within = Math.min(Math.max(value, Number(range.min)), Number(range.max))
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(range, within)
  range.dispatchEvent(new Event("input", { bubbles: true }))
}

// Let go of it: a click on its thumb, which moves nothing, makes react-aria commit.
export function give (key) {
  const range = rangeOf(key)
  letGo()
  if (!range) return
  const thumb = range.closest("[data-rac]")
  const { x, y, width, height } = thumb.getBoundingClientRect()
  const at = { pointerId: SYNTHETIC, pointerType: "mouse", clientX: x + width / 2, clientY: y + height / 2 }
  fire(thumb, "pointerdown", at)
  setTimeout(() => fire(window, "pointerup", at))
}

// The key and the input of the slider that an event concerns, unless it has two thumbs or is off.
function held (target) {
  const slider = target.closest?.(SLIDER)
  const ranges = slider?.querySelectorAll("input[type=range]") ?? []
  const key = [...slider?.closest("[class*=st-key-]")?.classList ?? []]
    .find(name => name.startsWith("st-key-"))?.slice("st-key-".length)
  return key && ranges.length === 1 && !ranges[0].disabled ? { key, range: ranges[0] } : null
}

let watched = null
const watcher = new MutationObserver(() => {
  if (watched.range.value === watched.value) return
  watched.value = watched.range.value
  if (drag) drag.untold = true
  for (const chart of followers) chart.move(watched.key)
})

function watch (slider) {
  if (watched?.range === slider.range) return
  watcher.disconnect()
  watched = { ...slider, value: slider.range.value }
  watcher.observe(slider.range, { attributes: true, attributeFilter: ["value", "aria-valuetext"] })
}

const expect = key => { for (const chart of followers) chart.expect(key) }

addEventListener("focusin", ({ target }) => {
  const slider = held(target)
  if (!slider) return
  watch(slider)
  if (!drag) setTimeout(() => { if (document.activeElement === slider.range) expect(slider.key) }, DWELL)
})

// A swipe that begins on a track is one of the page: a finger drags the thumb alone. A tap still puts
// the thumb there, because browsers tell of it as of a mouse, too.
const swipes = ({ type, target, pointerType, isTrusted }) =>
  isTrusted && (type === "touchstart" || pointerType === "touch") &&
  target.closest?.(`${SLIDER} [role=group]`) && !target.closest("[data-rac]").matches(":has(> div > input)")
for (const kind of ["pointerdown", "touchstart"]) {
  document.addEventListener(kind, event => { if (swipes(event)) event.stopPropagation() },
    { capture: true, passive: true })
}

addEventListener("pointerdown", event => {
  const slider = event.isTrusted && !drag && !event.button && !swipes(event) && held(event.target)
  if (!slider) return
  hold({ ...slider, at: event })
  requestAnimationFrame(tick)
}, true)

function hold (slider) {
  watch(slider)
  drag = { ...slider, untold: false }
  document.documentElement.dataset.moving = slider.key
  expect(slider.key)
}

function letGo () {
  drag = null
  const page = document.documentElement.dataset
  delete page.moving
  page.released = performance.now()
}

const ours = event => drag && event.isTrusted && event.pointerId === drag.at?.pointerId

addEventListener("pointermove", event => { if (ours(event)) drag.at = event }, true)

for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, event => {
    if (ours(event)) letGo()
  }, true)
}

document.addEventListener("kl:answered", () => { answered = true })

function tick () {
  if (!drag?.at) return
  requestAnimationFrame(tick)
  const since = performance.now() - sent
  const free = since > PAUSE * pace() && (answered || since > PATIENCE)
  if (drag.untold && free && ![...followers].some(chart => chart.claims(drag.key))) tell()
}

// End react-aria's drag, which commits the value, and begin it again where the thumb stands: so what
// the finger went in between is made up for.
function tell () {
  drag.untold = answered = false
  sent = performance.now()
  const thumb = drag.range.closest("[data-rac]")
  fire(window, "pointerup", drag.at)
  setTimeout(() => {
    if (!drag?.at || !thumb.isConnected) return
    const { x, y, width, height } = thumb.getBoundingClientRect()
    fire(thumb, "pointerdown", drag.at, x + width / 2, y + height / 2)
    fire(window, "pointermove", drag.at)
  })
}

function fire (target, type, { pointerId, pointerType, clientX, clientY }, x = clientX, y = clientY) {
  target.dispatchEvent(new PointerEvent(type, {
    bubbles: true, cancelable: true, composed: true, pointerId, pointerType, isPrimary: true,
    button: 0, buttons: type === "pointerup" ? 0 : 1, clientX: x, clientY: y,
  }))
}
