// Sets the kept colour scheme and language before the first paint. A file of its own, because the
// Content-Security-Policy allows no inline script.
(function () {
  try {
    var scheme = localStorage.getItem("mantine-color-scheme-value");
    var dark =
      scheme === "dark" ||
      (scheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  } catch (error) {
    document.documentElement.setAttribute("data-mantine-color-scheme", "light");
  }
})();
