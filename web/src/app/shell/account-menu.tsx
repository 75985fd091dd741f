import { Link } from '@tanstack/react-router';
import { useText } from '~/lib/i18n/text';
import { imageUrl } from '~/lib/images';
import type { SessionUser } from '~/lib/session/routes';
import { Avatar } from '~/ui/avatar';
import { Icon } from '~/ui/icon';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '~/ui/menu';
import styles from './account-menu.module.css';
import { AppearanceChoices } from './appearance-choices';
import { m } from './messages';
import { useSignOut } from './use-sign-out';

export function AccountMenu({ user }: { user: SessionUser }) {
  const t = useText();
  const signOut = useSignOut();
  const trigger = (
    <button
      type="button"
      className={styles.trigger}
      aria-label={t(m.account, { name: user.display_name })}
    >
      <Avatar name={user.display_name} src={imageUrl('profile', user.picture_id)} />
    </button>
  );
  return (
    <Menu trigger={trigger}>
      <MenuLabel>
        <span className={styles.name}>{user.display_name}</span>
        <span className={styles.email}>{user.email}</span>
      </MenuLabel>
      <MenuItem asChild>
        <Link to="/profile">
          <Icon name="person" />
          {t(m.profile)}
        </Link>
      </MenuItem>
      <MenuSeparator />
      <AppearanceChoices />
      <MenuSeparator />
      <MenuItem icon="leave" onSelect={() => void signOut({ everywhere: false })}>
        {t(m.signOut)}
      </MenuItem>
      <MenuItem icon="lock" onSelect={() => void signOut({ everywhere: true })}>
        {t(m.signOutEverywhere)}
      </MenuItem>
    </Menu>
  );
}
