/** The tabs of the queue, each a filter in the service's own words. */
export const tabs = {
  open: '',
  mine: 'assignee:me',
  unassigned: 'assignee:none',
  waiting: 'turn:others',
  snoozed: 'state:snoozed',
  deletes: 'kind:delete,delete-vs-edit',
  decided: 'state:held,closed',
} as const;

export type Tab = keyof typeof tabs;

export function isTab(name: string): name is Tab {
  return name in tabs;
}

/** What a tab and the typed text ask for together. */
export function queueFilter(tab: Tab, text: string): string {
  return [tabs[tab], text.trim()].filter((part) => part !== '').join(' ');
}
