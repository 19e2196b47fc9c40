import { useEffect, useEffectEvent } from 'react';

/** Ctrl+Enter (⌘ Enter) while a dialog is open, wherever the focus is in it. */
export function useCommitKey(commit: () => void): void {
  const onCommit = useEffectEvent(commit);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat || event.isComposing)
        return;
      event.preventDefault();
      onCommit();
    };
    // Before a button below takes it for a click.
    window.addEventListener('keydown', onKeyDown, { capture: true });
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true });
  }, []);
}
