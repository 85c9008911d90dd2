// The style of charts. No chart stands before it: its words would be seen twice.
const link = document.createElement("link")
link.rel = "stylesheet"
link.href = new URL("chart.css", import.meta.url).href
await new Promise(resolve => {
  link.onload = link.onerror = resolve
  document.head.append(link)
})
