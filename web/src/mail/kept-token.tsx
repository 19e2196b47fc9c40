import { useEffect, useState, type ReactNode } from 'react';

const key = (path: string) => `mail-link ${path}`;

/** What stood behind the `#` when somebody came to this page, also by way of signing in. */
export function keptToken(): string {
  return sessionStorage.getItem(key(window.location.pathname)) ?? '';
}

/** Before anything else happens to the address: the token stays in this tab, and is not left lying in the address bar and the history. */
export function KeepToken({ children }: { readonly children: ReactNode }) {
  useState(() => {
    const token = window.location.hash.slice(1);
    if (token !== '') sessionStorage.setItem(key(window.location.pathname), token);
  });
  useEffect(() => {
    const { pathname, search, hash } = window.location;
    if (hash !== '') window.history.replaceState(window.history.state, '', pathname + search);
  }, []);
  return children;
}
