// Runs before the first paint, so that a chosen theme does not flash. A file rather than an inline
// script because the content security policy allows no inline code. Kept in step with src/lib/theme.ts.
(() => {
  try {
    const choice = JSON.parse(localStorage.getItem('plenary.theme') || '{}');
    if (choice.scheme === 'light' || choice.scheme === 'dark') {
      document.documentElement.dataset.theme = choice.scheme;
    }
    if (choice.contrast === 'more') document.documentElement.dataset.contrast = 'more';
  } catch {
    // Storage may be forbidden; the system's choice stands.
  }
})();
