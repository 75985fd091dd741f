import * as RadixTabs from 'radix-ui/tabs';
import type { ReactNode } from 'react';
import { Badge } from './badge';
import styles from './tabs.module.css';

interface TabsProps<V extends string> {
  /** Names the set for screen readers. */
  label: string;
  value: V;
  onChange: (value: V) => void;
  tabs: readonly { value: V; label: string; count?: number; content: ReactNode }[];
  /** Keeps panels that were left in the page: a chat must not forget where it was scrolled to. */
  keep?: boolean;
}

/** Several views of one thing, one at a time. */
export function Tabs<V extends string>({
  label,
  value,
  onChange,
  tabs,
  keep = false,
}: TabsProps<V>) {
  return (
    <RadixTabs.Root
      value={value}
      onValueChange={(next) => onChange(next as V)}
      className={styles.root}
    >
      <RadixTabs.List aria-label={label} className={styles.list}>
        {tabs.map((tab) => (
          <RadixTabs.Trigger key={tab.value} value={tab.value} className={styles.tab}>
            {tab.label}
            {tab.count !== undefined && tab.count > 0 && <Badge>{tab.count}</Badge>}
          </RadixTabs.Trigger>
        ))}
      </RadixTabs.List>
      {tabs.map((tab) => (
        <RadixTabs.Content
          key={tab.value}
          value={tab.value}
          className={styles.panel}
          {...(keep ? { forceMount: true, hidden: tab.value !== value } : {})}
        >
          {tab.content}
        </RadixTabs.Content>
      ))}
    </RadixTabs.Root>
  );
}
