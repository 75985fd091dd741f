import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { toProblem } from '~/lib/problem/problem';
import { Page } from '~/ui/layout';
import { ErrorState } from '~/ui/states';

/** The boundary around each page: the header stays, the page says what happened and can be tried again. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  useEffect(() => console.error(error), [error]);
  return (
    <Page width="text">
      <ErrorState
        problem={toProblem(error)}
        onRetry={() => {
          reset();
          void router.invalidate();
        }}
      />
    </Page>
  );
}
