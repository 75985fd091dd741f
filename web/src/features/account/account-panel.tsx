import type { ReactNode } from 'react';
import { usePageTitle } from '~/lib/page-title';
import { Card } from '~/ui/card';
import { Icon, type IconName } from '~/ui/icon';
import { Page } from '~/ui/layout';
import styles from './account-panel.module.css';

interface AccountPanelProps {
  title: string;
  lead?: ReactNode;
  icon?: IconName;
  children?: ReactNode;
  /** Below the panel: the other way. */
  footer?: ReactNode;
}

/** The frame of signing in and everything around it: one thing in the middle of the page. */
export function AccountPanel({ title, lead, icon, children, footer }: AccountPanelProps) {
  usePageTitle(title);
  return (
    <Page width="narrow">
      <div className={styles.panel}>
        {icon && (
          <span className={styles.icon}>
            <Icon name={icon} size="large" />
          </span>
        )}
        <h1 className={styles.title}>{title}</h1>
        {lead && <p className={styles.lead}>{lead}</p>}
        {children && <Card className={styles.card}>{children}</Card>}
        {footer && <p className={styles.footer}>{footer}</p>}
      </div>
    </Page>
  );
}
