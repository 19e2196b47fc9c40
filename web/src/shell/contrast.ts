import { useLocalStorage } from '@mantine/hooks';
import { useLayoutEffect } from 'react';

/** High contrast, beside light and dark: as the system asks for it, until somebody says otherwise. `public/start.js` sets it before the first paint. */
export function useContrast(): readonly [boolean, (more: boolean) => void] {
  const [more, setMore] = useLocalStorage({
    key: 'accord-contrast',
    defaultValue: window.matchMedia('(prefers-contrast: more)').matches,
    getInitialValueInEffect: false,
  });
  useLayoutEffect(() => {
    if (more) document.documentElement.setAttribute('data-contrast', 'more');
    else document.documentElement.removeAttribute('data-contrast');
  }, [more]);
  return [more, (next) => setMore(next)];
}
