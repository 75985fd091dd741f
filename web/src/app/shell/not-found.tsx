import { useText } from '~/lib/i18n/text';
import { usePageTitle } from '~/lib/page-title';
import { Page } from '~/ui/layout';
import { ButtonLink } from '~/ui/link';
import { EmptyState } from '~/ui/states';
import { m } from './messages';

export function NotFoundPage() {
  const t = useText();
  usePageTitle(t(m.notFoundTitle));
  return (
    <Page width="text">
      <EmptyState
        as="h1"
        icon="search"
        title={t(m.notFoundTitle)}
        action={
          <ButtonLink to="/" tone="primary">
            {t(m.toDiscover)}
          </ButtonLink>
        }
      >
        {t(m.notFoundText)}
      </EmptyState>
    </Page>
  );
}
