import { useLocalStorage } from '@mantine/hooks';

/** WCAG 2.1.4: single keys can be switched off. Kept in this browser. */
export function useKeysEnabled(): readonly [boolean, (enabled: boolean) => void] {
  const [enabled, setEnabled] = useLocalStorage({
    key: 'accord-single-keys',
    defaultValue: true,
    getInitialValueInEffect: false,
  });
  return [enabled, (next) => setEnabled(next)];
}
