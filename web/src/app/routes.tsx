import { createRootRouteWithContext, createRoute } from '@tanstack/react-router';
import { discoverSearch } from '~/features/discover/search';
import { checkoutSearch } from '~/features/tickets/search';
import { safeReturnPath } from '~/lib/return-path';
import { requireSignIn } from './guards';
import type { RouterContext } from './router';
import { Shell } from './shell/shell';

/**
 * Every page of the app. A page's code is in its feature and comes with its lazy file in routes/; what is here is
 * loaded at once, so it stays small: paths, search parameters, guards.
 */
const root = createRootRouteWithContext<RouterContext>()({ component: Shell });

const discover = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: discoverSearch,
}).lazy(() => import('./routes/discover').then((page) => page.Route));

const event = createRoute({
  getParentRoute: () => root,
  path: '/events/$eventId',
}).lazy(() => import('./routes/event').then((page) => page.Route));

const checkout = createRoute({
  getParentRoute: () => root,
  path: '/events/$eventId/tickets',
  validateSearch: checkoutSearch,
}).lazy(() => import('./routes/checkout').then((page) => page.Route));

const tickets = createRoute({
  getParentRoute: () => root,
  path: '/tickets',
  beforeLoad: requireSignIn,
}).lazy(() => import('./routes/tickets').then((page) => page.Route));

/** Where to go on after signing in: `?next=/events/evt_…` */
const nextSearch = (search: Record<string, unknown>): { next?: string } =>
  search.next === undefined ? {} : { next: safeReturnPath(search.next) };

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  validateSearch: nextSearch,
}).lazy(() => import('./routes/sign-up').then((page) => page.Route));

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: nextSearch,
}).lazy(() => import('./routes/sign-in').then((page) => page.Route));

// Tokens of mailed links are in the fragment, which never reaches a server's log.
const verifyEmail = createRoute({
  getParentRoute: () => root,
  path: '/verify-email',
}).lazy(() => import('./routes/verify-email').then((page) => page.Route));

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: '/reset-password',
}).lazy(() => import('./routes/reset-password').then((page) => page.Route));

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
}).lazy(() => import('./routes/setup').then((page) => page.Route));

const profile = createRoute({
  getParentRoute: () => root,
  path: '/profile',
  beforeLoad: requireSignIn,
}).lazy(() => import('./routes/profile').then((page) => page.Route));

const organize = createRoute({
  getParentRoute: () => root,
  path: '/organize',
  beforeLoad: requireSignIn,
}).lazy(() => import('./routes/organize').then((page) => page.Route));

const organizeEvent = createRoute({
  getParentRoute: () => root,
  path: '/organize/events/$eventId',
  beforeLoad: requireSignIn,
}).lazy(() => import('./routes/organize-event').then((page) => page.Route));

const checkIn = createRoute({
  getParentRoute: () => root,
  path: '/organize/events/$eventId/check-in',
  beforeLoad: requireSignIn,
}).lazy(() => import('./routes/check-in').then((page) => page.Route));

const approvals = createRoute({
  getParentRoute: () => root,
  path: '/admin/approvals',
  beforeLoad: requireSignIn,
}).lazy(() => import('./routes/approvals').then((page) => page.Route));

const live = createRoute({
  getParentRoute: () => root,
  path: '/live/$sessionId',
  staticData: { chrome: 'none' },
  beforeLoad: requireSignIn,
}).lazy(() => import('./routes/live').then((page) => page.Route));

const connections = createRoute({
  getParentRoute: () => root,
  path: '/live/$sessionId/connections',
  beforeLoad: requireSignIn,
}).lazy(() => import('./routes/connections').then((page) => page.Route));

/** Every primitive in every state; the production build has neither the route nor its code. */
const developmentRoutes =
  import.meta.env.DEV || import.meta.env.MODE === 'gallery'
    ? [
        createRoute({
          getParentRoute: () => root,
          path: '/gallery',
          staticData: { chrome: 'none' },
        }).lazy(() => import('./routes/gallery').then((page) => page.Route)),
      ]
    : [];

export const routeTree = root.addChildren([
  discover,
  event,
  checkout,
  tickets,
  signUp,
  signIn,
  verifyEmail,
  resetPassword,
  setup,
  profile,
  organize,
  organizeEvent,
  checkIn,
  approvals,
  live,
  connections,
  ...developmentRoutes,
]);
