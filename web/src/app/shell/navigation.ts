import type { Message } from '~/lib/i18n/messages';
import { useHasRole, useSessionState } from '~/lib/session/use-session';
import type { IconName } from '~/ui/icon';
import { m } from './messages';

export interface NavigationEntry {
  to: '/' | '/tickets' | '/organize' | '/admin/approvals';
  label: Message;
  icon: IconName;
}

/** Where the person in front of the screen can go; visitors see only what is public. */
export function useNavigation(): readonly NavigationEntry[] {
  const signedIn = useSessionState().kind === 'signedIn';
  const administrator = useHasRole('administrator');
  const entries: NavigationEntry[] = [{ to: '/', label: m.discover, icon: 'calendar' }];
  if (signedIn) {
    entries.push({ to: '/tickets', label: m.tickets, icon: 'ticket' });
    entries.push({ to: '/organize', label: m.organize, icon: 'list' });
  }
  if (administrator) entries.push({ to: '/admin/approvals', label: m.approvals, icon: 'check' });
  return entries;
}
