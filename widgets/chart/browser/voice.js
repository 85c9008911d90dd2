// What a screen reader hears of the charts: one sentence, once, when all has come to rest.
import { dragging } from "./sliders.js"

const QUIET = 800 // milliseconds without a change

const changed = new Map()
let region
let timer

// Whether somebody moves something, or waits for the answer to it (redraw.py).
const busy = () => dragging() || Number(document.documentElement.dataset.owed) ||
  document.querySelector(".stApp")?.dataset.testScriptState === "running"

function speak () {
  if (busy()) return wait()
  const [first] = [...changed].filter(([host]) => host.isConnected)
    .sort(([one], [other]) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1)
  changed.clear()
  if (first) region.textContent = first[1]
}

function wait () {
  clearTimeout(timer)
  timer = setTimeout(speak, QUIET)
}

// The chart in `host` says something else now. Of several that change together the first is heard.
export function says (host, sentence) {
  if (!region?.isConnected) {
    region = document.createElement("div")
    region.className = "kl-voice"
    region.setAttribute("aria-live", "polite")
    document.body.append(region)
  }
  changed.set(host, sentence)
  wait()
}
