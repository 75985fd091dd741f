import { Outlet, useMatches } from '@tanstack/react-router';
import { useText } from '~/lib/i18n/text';
import { Toaster } from '~/ui/toast';
import { Footer } from './footer';
import { Header } from './header';
import { m } from './messages';
import styles from './shell.module.css';

/** What is around every page: the way past the header, the header, the place of the page, the footer, notices. */
export function Shell() {
  const t = useText();
  const bare = useMatches({ select: (matches) => matches.at(-1)?.staticData.chrome === 'none' });
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {t(m.skip)}
      </a>
      {!bare && <Header />}
      <main id="main" tabIndex={-1} className={styles.main}>
        <Outlet />
      </main>
      {!bare && <Footer />}
      <Toaster />
    </div>
  );
}
