// Where the app is served, so that Streamlit need not find out by asking in vain.
{
  const { served } = document.currentScript.dataset
  if (location.pathname.endsWith(served)) {
    const base = location.origin + location.pathname.slice(0, -served.length)
    window.__streamlit = { BACKEND_BASE_URL: base, MAIN_PAGE_BASE_URL: base }
  }
}
