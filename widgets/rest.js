// Asks for the whole page when nothing has moved for a moment, and again until it is there.
const QUIET = 150 // milliseconds after a key: another may follow
const LOOK = 30 // milliseconds between two looks whether something still moves
const AGAIN = 1500 // milliseconds until an answer is missed
const SETTLING = 500 // milliseconds in which the server hears of a button, and the browser what it did

let tell, timer

const page = document.documentElement.dataset
const running = () => document.querySelector(".stApp")?.dataset.testScriptState === "running"

// What is asked for tells the server all controls as the browser has them. A button may have changed
// one that the browser does not show yet: it would be changed back.
let moves // what a pointer went down on; it may come up anywhere
for (const kind of ["pointerdown", "pointerup", "keydown"]) {
  addEventListener(kind, ({ target, isTrusted }) => {
    if (!isTrusted) return
    if (kind !== "pointerup") moves = target.closest?.("[data-testid=stSlider], .kl-grip")
    if (!moves) page.pressed = performance.now()
  }, true)
}

function ask () {
  if (page.moving || running() || performance.now() - page.pressed < SETTLING) {
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
