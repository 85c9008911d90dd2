// The style of charts, fetched once.
let link

export function styled () {
  if (link) return
  link = document.createElement("link")
  link.rel = "stylesheet"
  link.href = new URL("chart.css", import.meta.url).href
  document.head.append(link)
}
