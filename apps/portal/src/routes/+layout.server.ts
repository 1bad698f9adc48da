import type { LayoutServerLoad } from './$types';

/** Who we are and who is looking, for every page. */
export const load: LayoutServerLoad = ({ locals }) => ({ collective: locals.collective, me: locals.me });
