/** The api's door: what the command line, the stories and the tests start. */
export { buildApp } from './app.ts';
export { type Api, type ApiOptions, type ApiStarted, startApi } from './server.ts';
