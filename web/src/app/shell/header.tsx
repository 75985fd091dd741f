import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useText } from '~/lib/i18n/text';
import { useSessionState } from '~/lib/session/use-session';
import { IconButton } from '~/ui/button';
import { ButtonLink } from '~/ui/link';
import styles from './header.module.css';
import { Logo } from './logo';
import { m } from './messages';
import { useNavigation } from './navigation';

// Menus bring Radix with them; visitors who only read never load it.
const AccountMenu = lazy(() =>
  import('./account-menu').then((module) => ({ default: module.AccountMenu })),
);
const AppearanceMenu = lazy(() =>
  import('./appearance-menu').then((module) => ({ default: module.AppearanceMenu })),
);
const MobileMenu = lazy(() =>
  import('./mobile-menu').then((module) => ({ default: module.MobileMenu })),
);
const NoticeBell = lazy(() =>
  import('~/features/notifications/bell').then((module) => ({ default: module.NoticeBell })),
);

export function Header() {
  const t = useText();
  const navigation = useNavigation();
  return (
    <header className={styles.header}>
      <div className={styles.inner}>
        <Link to="/" aria-label={t(m.home)} className={styles.home}>
          <Logo />
        </Link>
        <nav aria-label={t(m.mainNavigation)} className={styles.navigation}>
          {navigation.map(({ to, label }) => (
            <Link key={to} to={to} className={styles.entry} activeOptions={{ exact: to === '/' }}>
              {t(label)}
            </Link>
          ))}
        </nav>
        <div className={styles.end}>
          <AccountPlace />
        </div>
      </div>
    </header>
  );
}

function AccountPlace() {
  const t = useText();
  const state = useSessionState();
  if (state.kind === 'signedIn') {
    return (
      <>
        <Suspense fallback={<span className={styles.hold} />}>
          <NoticeBell />
        </Suspense>
        <div className={styles.wideOnly}>
          <Suspense fallback={<span className={styles.hold} />}>
            <AccountMenu user={state.user} />
          </Suspense>
        </div>
        <MobileMenuButton />
      </>
    );
  }
  return (
    <>
      <div className={styles.wideOnly}>
        <AppearanceButton />
      </div>
      {/* While a session may still be there, neither offer nor withhold signing in: hold the place. */}
      <div className={styles.signIn} data-waiting={state.kind === 'restoring' || undefined}>
        <div className={styles.wideOnly}>
          <ButtonLink to="/sign-in" tone="quiet">
            {t(m.signIn)}
          </ButtonLink>
        </div>
        <ButtonLink to="/sign-up">{t(m.signUp)}</ButtonLink>
      </div>
      <MobileMenuButton />
    </>
  );
}

function AppearanceButton() {
  const t = useText();
  const [wanted, setWanted] = useState(false);
  const button = (
    <IconButton
      icon="sun"
      label={t(m.appearance)}
      onClick={() => setWanted(true)}
      aria-haspopup="menu"
    />
  );
  return wanted ? (
    <Suspense fallback={button}>
      <AppearanceMenu />
    </Suspense>
  ) : (
    button
  );
}

function MobileMenuButton() {
  const t = useText();
  const [open, setOpen] = useState(false);
  const [loaded, setLoaded] = useState(false);
  return (
    <div className={styles.phoneOnly}>
      <IconButton
        icon="menu"
        label={t(m.menu)}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setLoaded(true);
          setOpen(true);
        }}
      />
      {loaded && (
        <Suspense fallback={null}>
          <MobileMenu open={open} onOpenChange={setOpen} />
        </Suspense>
      )}
    </div>
  );
}
