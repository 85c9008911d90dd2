// Asks for the whole page when nothing has moved for a moment, and again until it is there.
const QUIET = 150 // milliseconds after a key: another may follow
const LOOK = 30 // milliseconds between two looks whether something still moves
const AGAIN = 1500 // milliseconds until an answer is missed
const SETTLING = 500 // milliseconds in which the server hears of a button, and the browser what it did

let tell, timer

const page = document.documentElement.dataset
const running = () => document.querySelector(".stApp")?.dataset.testScriptState === "running"

const busy = () => page.moving || running() || performance.now() - page.pressed < SETTLING

// What a pointer went down on, if it moves something; it may come up anywhere.
let held
const hold = slider => slider && { slider, from: place(slider) }
const place = slider => slider.querySelector("input[type=range]")?.value

// What is asked for tells the server all controls as the browser has them. A button may have changed
// one that the browser does not show yet: it would be changed back.
for (const kind of ["pointerdown", "pointerup", "keydown"]) {
  addEventListener(kind, ({ target, isTrusted }) => {
    if (!isTrusted) return
    if (kind !== "pointerup") held = hold(target.closest?.("[data-testid=stSlider], .kl-grip"))
    if (!held) page.pressed = performance.now()
    else if (kind === "pointerup" && place(held.slider) !== held.from) letGo()
  }, true)
}

// Ask right behind what the slider itself tells: one run of the script answers both.
function letGo () {
  requestAnimationFrame(() => setTimeout(() => { if (!busy()) tell?.() }))
}

function ask () {
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
  if (Number(page.owed)) timer = setTimeout(ask, released ? 0 : QUIET)
}

document.addEventListener("kl:answered", hear)

export default function ({ setTriggerValue }) {
  tell = () => setTriggerValue("rest", true)
  hear()
  document.querySelector(".st-key-_at_rest").style.position = "absolute"
}
