/* global window, document, HTMLScriptElement, location */
// A file, because the content security policy allows no inline script.
(function () {
  const root = document.documentElement;
  const stored = (name) => {
    try {
      return window.localStorage.getItem(name);
    } catch {
      // Storage may be closed; the system's setting is used.
      return null;
    }
  };
  const asked = (query) => window.matchMedia(query).matches;

  // Before the first paint, so that a dark screen never flashes white.
  const scheme = stored('mantine-color-scheme-value');
  const dark = scheme === 'dark' || (scheme !== 'light' && asked('(prefers-color-scheme: dark)'));
  root.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
  const contrast = stored('accord-contrast');
  const more = contrast === null ? asked('(prefers-contrast: more)') : contrast === 'true';
  if (more) root.setAttribute('data-contrast', 'more');

  // Without the program itself, as after an upgrade or in a browser that is too old: words instead of an empty page.
  const explain = () => {
    const place = document.getElementById('root');
    if (place === null || place.childElementCount > 0) return;
    const box = document.createElement('main');
    box.setAttribute('role', 'alert');
    box.className = 'start-failed';
    const words = document.createElement('p');
    words.textContent =
      'The screen of Accord could not be loaded: it was upgraded just now, the service cannot be reached, or this browser is too old.';
    const again = document.createElement('button');
    again.textContent = 'Reload';
    again.addEventListener('click', () => location.reload());
    box.append(words, again);
    place.append(box);
  };
  window.addEventListener(
    'error',
    (event) => {
      if (event.target === window || event.target instanceof HTMLScriptElement) explain();
    },
    true,
  );
})();
