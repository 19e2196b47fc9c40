import {
  IconArrowsExchange,
  IconGitCompare,
  IconHistory,
  IconLayoutDashboard,
  IconListSearch,
  IconMailX,
  IconSettings,
  type Icon,
} from '@tabler/icons-react';
import type { Permission } from '../api/access';
import type { KeyAction } from '../keys/key-map';
import { strings } from '../strings';

export interface Place {
  readonly to: string;
  readonly name: string;
  readonly icon: Icon;
  readonly action: KeyAction;
  /** Who cannot do this anywhere has nothing to look for there. */
  readonly needs?: Permission;
}

export const places: readonly Place[] = [
  { to: '/', name: strings.nav.overview, icon: IconLayoutDashboard, action: 'goOverview' },
  { to: '/conflicts', name: strings.nav.conflicts, icon: IconGitCompare, action: 'goConflicts' },
  { to: '/records', name: strings.nav.records, icon: IconListSearch, action: 'goRecords' },
  { to: '/pipelines', name: strings.nav.pipelines, icon: IconArrowsExchange, action: 'goPipelines' },
  { to: '/dead-letters', name: strings.nav.deadLetters, icon: IconMailX, action: 'goDeadLetters' },
  {
    to: '/activity',
    name: strings.nav.activity,
    icon: IconHistory,
    action: 'goActivity',
    needs: 'audit:read',
  },
  { to: '/settings', name: strings.nav.settings, icon: IconSettings, action: 'goSettings' },
];

export function isAt(pathname: string, to: string): boolean {
  return to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`);
}
