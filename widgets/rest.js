// Asks for the whole page when nothing has moved for a moment, and again until it is there.
const QUIET = 150, AGAIN = 1500 // milliseconds

let timer

export default function ({ data, setTriggerValue }) {
  const page = document.documentElement.dataset
  document.dispatchEvent(new Event("kl:answered"))
  document.querySelector(".st-key-_at_rest").style.position = "absolute"
  clearTimeout(timer)
  const ask = () => {
    if (page.moving) return void (timer = setTimeout(ask, 30))
    setTriggerValue("rest", data.run)
    timer = setTimeout(ask, AGAIN)
  }
  if (data.owed) timer = setTimeout(ask, QUIET)
}
