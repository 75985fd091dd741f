import { Link } from '@tanstack/react-router';
import { useText } from '~/lib/i18n/text';
import { imageUrl } from '~/lib/images';
import { useSessionState } from '~/lib/session/use-session';
import { useStore } from '~/lib/store';
import { chooseTheme, type Theme, themeStore } from '~/lib/theme';
import { Avatar } from '~/ui/avatar';
import { Button } from '~/ui/button';
import { RadioGroup } from '~/ui/choice';
import { Drawer } from '~/ui/dialog';
import { FieldGroup } from '~/ui/field';
import { Icon } from '~/ui/icon';
import { Stack } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { m } from './messages';
import styles from './mobile-menu.module.css';
import { useNavigation } from './navigation';
import { useSignOut } from './use-sign-out';

interface MobileMenuProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Everything of the header that a phone has no room for. */
export function MobileMenu({ open, onOpenChange }: MobileMenuProps) {
  const t = useText();
  const navigation = useNavigation();
  const state = useSessionState();
  const signOut = useSignOut();
  const theme = useStore(themeStore);
  const close = () => onOpenChange(false);
  return (
    <Drawer open={open} onOpenChange={onOpenChange} title={t(m.menu)}>
      <nav aria-label={t(m.mainNavigation)} className={styles.navigation}>
        {navigation.map(({ to, label, icon }) => (
          <Link key={to} to={to} onClick={close} className={styles.entry}>
            <Icon name={icon} />
            {t(label)}
          </Link>
        ))}
        {state.kind === 'signedIn' && (
          <Link to="/profile" onClick={close} className={styles.entry}>
            <Avatar
              size="small"
              name={state.user.display_name}
              src={imageUrl('profile', state.user.picture_id)}
            />
            {t(m.profile)}
          </Link>
        )}
      </nav>
      <FieldGroup legend={t(m.appearance)}>
        <RadioGroup<Theme['scheme']>
          label={t(m.appearance)}
          value={theme.scheme}
          onChange={(scheme) => chooseTheme({ scheme })}
          options={[
            { value: 'system', label: t(m.themeSystem) },
            { value: 'light', label: t(m.themeLight) },
            { value: 'dark', label: t(m.themeDark) },
          ]}
        />
      </FieldGroup>
      {state.kind === 'signedIn' ? (
        <Button
          icon="leave"
          wide
          onClick={() => {
            close();
            void signOut({ everywhere: false });
          }}
        >
          {t(m.signOut)}
        </Button>
      ) : (
        <Stack gap={3}>
          <ButtonLink to="/sign-up" tone="primary" wide onClick={close}>
            {t(m.signUp)}
          </ButtonLink>
          <ButtonLink to="/sign-in" wide onClick={close}>
            {t(m.signIn)}
          </ButtonLink>
        </Stack>
      )}
    </Drawer>
  );
}
