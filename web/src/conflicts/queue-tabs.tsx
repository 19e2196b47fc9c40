import { useFacets } from '../api/queue';
import { queueStrings as words } from '../strings-queue';
import { isTab, queueFilter, tabs, type Tab } from './tabs';

const names = Object.keys(tabs).filter(isTab);

export interface QueueTabsProps {
  readonly tab: Tab;
  readonly onChoose: (tab: Tab) => void;
}

export function QueueTabs({ tab, onChoose }: QueueTabsProps) {
  return (
    <nav className="queue-tabs" aria-label={words.tabs.label}>
      {names.map((one) => (
        <TabButton key={one} tab={one} current={one === tab} onChoose={() => onChoose(one)} />
      ))}
    </nav>
  );
}

interface TabButtonProps {
  readonly tab: Tab;
  readonly current: boolean;
  readonly onChoose: () => void;
}

function TabButton({ tab, current, onChoose }: TabButtonProps) {
  const counted = tab === 'mine' || tab === 'deletes';
  const { data } = useFacets(counted ? queueFilter(tab, '') : '');
  const open = data?.ignored.length === 0 ? data.state.open : undefined;
  return (
    <button
      type="button"
      className="queue-tab"
      aria-current={current ? 'true' : undefined}
      onClick={onChoose}
    >
      {words.tabs[tab]}
      {counted && open !== undefined && open > 0 && <span className="queue-tab-count">{open}</span>}
    </button>
  );
}
