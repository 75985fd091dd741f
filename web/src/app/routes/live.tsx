import { createLazyRoute } from '@tanstack/react-router';
import { LivePage } from '~/features/live/live-page';

export const Route = createLazyRoute('/live/$sessionId')({ component: LivePage });
