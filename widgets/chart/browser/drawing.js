// When a chart is drawn: what is in sight in the next frame, what is not when it comes near.
const NEAR = "400px" // a chart is drawn before it comes into sight

let plotly

function load () {
  plotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script")
    script.src = new URL("plotly.js", import.meta.url).href
    script.onload = () => {
      // From here on charts say their words themselves (chart.css).
      document.documentElement.classList.add("kl-ready")
      resolve()
    }
    script.onerror = () => {
      document.documentElement.classList.add("kl-missing")
      reject(new Error("plotly.js could not be loaded"))
    }
    document.head.append(script)
  })
  return plotly
}

// Plotly is fetched while Streamlit still builds the page.
load().catch(error => console.error(error))

export function drawing (host, draw) {
  let waiting = false // something is to be drawn
  let near = false
  let frame = null // the next one that is asked for
  const wait = () => {
    waiting = true
    host.dataset.waiting = ""
  }
  const finish = () => {
    if (!waiting || !host.isConnected || !window.Plotly) return
    waiting = false
    delete host.dataset.waiting
    draw()
  }
  const next = () => {
    frame ??= requestAnimationFrame(async () => {
      if (!window.Plotly) await load().catch(() => {})
      frame = null
      finish()
    })
  }
  const watch = new IntersectionObserver(entries => {
    near = entries.at(-1).isIntersecting
    if (near && waiting) next()
    // The document is the root: in a frame of another site's page there is no margin around any other.
  }, { root: document, rootMargin: NEAR, scrollMargin: NEAR })
  watch.observe(host)
  addEventListener("beforeprint", finish)
  return {
    near: () => near,
    // Draw soon.
    due () {
      wait()
      if (near) next()
    },
    // Draw before the next frame is painted, but once a frame only.
    now () {
      wait()
      if (!near) return
      const first = frame === null && window.Plotly
      next()
      if (first) finish()
    },
    stop () {
      waiting = false
      watch.disconnect()
      removeEventListener("beforeprint", finish)
    },
  }
}
