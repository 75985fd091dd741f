import { Page, Stack } from '~/ui/layout';
import { Loading, Skeleton } from '~/ui/skeleton';

/** While a page's code is on its way, which is rarely long enough to be seen. */
export function PagePending() {
  return (
    <Page>
      <Loading>
        <Stack gap={6}>
          <Skeleton shape="title" />
          <Skeleton lines={3} />
        </Stack>
      </Loading>
    </Page>
  );
}
