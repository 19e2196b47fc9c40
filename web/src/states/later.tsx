import { useEffect, useState, type ReactNode } from 'react';
import { afterPaint } from './after-paint';

/** Drawn in the frame after the first: what is read first is there sooner. */
export function Later({ children }: { readonly children: ReactNode }) {
  const [due, setDue] = useState(false);
  useEffect(() => afterPaint(() => setDue(true)), []);
  return due ? children : null;
}
