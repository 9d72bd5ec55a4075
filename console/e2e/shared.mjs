// One browser for all journeys: says where it is, and goes when its input is closed.
import { shared } from "./browser.mjs";

await shared();
