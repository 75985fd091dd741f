import { useText } from '~/lib/i18n/text';
import { Page, PageHeader } from '~/ui/layout';
import { m } from './messages';

/** Holds a route's place until its feature fills it. */
export function PageSlot({ title }: { title: string }) {
  const t = useText();
  return (
    <Page>
      <PageHeader title={title} lead={t(m.slotText)} />
    </Page>
  );
}
