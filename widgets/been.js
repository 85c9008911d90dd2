// Where this browser has been: kept in it, told to nobody.
const KEPT = "kl-been"

function been () {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? []
  } catch {
    return []
  }
}

export default function ({ data }) {
  const pages = [...new Set([...been(), data.page])]
  try {
    localStorage.setItem(KEPT, JSON.stringify(pages))
  } catch {
    // A browser that keeps nothing shows what it knows of today.
  }
  document.documentElement.dataset.been = pages.join(" ")
  document.querySelector(".st-key-_been").style.position = "absolute"
}
