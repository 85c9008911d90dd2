// One press of Back undoes one thing: opening a lesson, pressing a button, or what was then moved by
// hand. By itself Streamlit makes one entry for every control that a button sets, none for a move, and
// one without any controls when a lesson is left.
{
  const [push, replace] = ["pushState", "replaceState"].map(how => history[how].bind(history))
  let acted = false // since the last entry
  const act = event => { acted ||= event.isTrusted }
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, act, true)
  // What helps to see or to press for somebody clicks without a pointer.
  addEventListener("click", event => { if (event.detail === 0) act(event) }, true)
  addEventListener("popstate", () => { acted = false }, true)

  // The heading that an address names stays in it.
  const whole = address => {
    const to = new URL(address ?? "", location)
    if (to.pathname === location.pathname && !to.hash) to.hash = location.hash
    return to.href
  }
  const write = (state, address, anew) => {
    const to = whole(address)
    if (to === location.href) return
    ;(anew ? push : replace)(state, "", to)
    acted = false
  }
  // Streamlit pushes what the server has set, and replaces what a hand moves.
  history.pushState = (state, _, address) => write(state, address, acted)
  history.replaceState = (state, _, address) => {
    const byHand = history.state?.byHand
    write({ ...state, byHand: byHand || acted }, address, acted && !byHand)
  }
}
