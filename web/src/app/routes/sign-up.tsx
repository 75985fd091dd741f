import { createLazyRoute } from '@tanstack/react-router';
import { PageSlot } from '../shell/page-slot';

export const Route = createLazyRoute('/sign-up')({
  component: () => <PageSlot title="Sign up" />,
});
