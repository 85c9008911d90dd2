// Asks for the whole page when nothing has moved for a moment, and again until it is there.
const QUIET = 150 // milliseconds after a key: another may follow
const LOOK = 30 // milliseconds between two looks whether a finger still moves something
const AGAIN = 1500 // milliseconds until an answer is missed

let timer

export default function ({ data, setTriggerValue }) {
  const page = document.documentElement.dataset
  document.dispatchEvent(new Event("kl:answered"))
  document.querySelector(".st-key-_at_rest").style.position = "absolute"
  clearTimeout(timer)
  const ask = () => {
    if (page.moving) {
      timer = setTimeout(ask, LOOK)
    } else {
      setTriggerValue("rest", data.run)
      timer = setTimeout(ask, AGAIN)
    }
  }
  // A finger that has let go is at rest already.
  const released = performance.now() - page.released < 1000
  page.owed = data.owed
  if (data.owed) timer = setTimeout(ask, released ? 0 : QUIET)
}
