// Where a page begins: at its top, or at the heading that its address names.

// Whoever has touched the page since it was loaded goes where they like.
let touched = false
for (const kind of ["pointerdown", "wheel", "touchstart", "keydown"]) {
  addEventListener(kind, () => { touched = true }, { capture: true, once: true, passive: true })
}

// Streamlit goes to the heading once, when it comes; what is still drawn above would push it away.
function hold () {
  const heading = document.getElementById(location.hash.slice(1))
  if (heading && !touched) heading.scrollIntoView()
}

let growing
export default function ({ data }) {
  const main = document.querySelector("[data-testid=stMain]")
  // A busy browser keeps its place while the next page is drawn, which would begin at its end.
  if (main.dataset.page !== undefined && main.dataset.page !== data.page) main.scrollTo(0, 0)
  main.dataset.page = data.page
  if (!growing) {
    growing = new ResizeObserver(hold)
    growing.observe(document.querySelector("[data-testid=stMainBlockContainer]"))
  }
  // What does all this takes no room of its own.
  document.querySelector(".st-key-_begin").style.position = "absolute"
}
