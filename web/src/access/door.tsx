import type { ReactNode } from 'react';
import { SchemeSwitch } from '../shell/scheme-switch';
import { strings } from '../strings';

/** What people see who are not in yet. */
export function Door({ children }: { readonly children: ReactNode }) {
  return (
    <main className="door" id="main">
      <div className="door-panel">
        <span className="brand door-brand">
          <img src="/accord.svg" alt="" width={26} height={26} />
          <span>{strings.product}</span>
        </span>
        {children}
      </div>
      <div className="door-foot">
        <SchemeSwitch />
      </div>
    </main>
  );
}
