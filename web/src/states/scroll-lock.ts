import { useLayoutEffect } from 'react';

let locks = 0;

/**
 * The page does not scroll beneath what lies over it. The library's own way sets a property that every element inherits: each of them had
 * its style worked out anew when a dialog came, and when it went.
 */
export function useScrollLock(): void {
  useLayoutEffect(() => {
    const { style, clientWidth } = document.documentElement;
    if ((locks += 1) === 1) {
      // Nothing moves aside where a scrollbar was.
      if (window.innerWidth > clientWidth) style.setProperty('scrollbar-gutter', 'stable');
      style.setProperty('overflow', 'hidden');
    }
    return () => {
      if ((locks -= 1) > 0) return;
      style.removeProperty('overflow');
      style.removeProperty('scrollbar-gutter');
    };
  }, []);
}
