import { bearer, sameSecret } from "../../functions/api/authenticate.ts";
import { takeNews } from "../../functions/callback/take-news.ts";
import { performNow } from "../../functions/dispatch/perform.ts";
import type { PredictionRequest } from "../../functions/dispatch/providers/provider.ts";
import { verifyUrl } from "../../functions/images/signed-url.ts";
import type { Prediction } from "../../schemas/prediction.ts";
import { Invocation } from "./invocation.ts";
import { keyring, type World } from "./world.ts";

const token = "callback-token-of-the-simulation";

/** A provider tries so often to bring a callback, further and further apart, and then never again. */
const tries = 6;

/** A provider's callbacks for one prediction, and the edge that receives them. */
export class CallbackSender {
  #world: World;
  #request: PredictionRequest;
  #account: string;

  constructor(world: World, request: PredictionRequest, account: string) {
    this.#world = world;
    this.#request = request;
    this.#account = account;
  }

  /** Sends news on its way; whether and when it arrives is chance. */
  send(news: Prediction): void {
    const { clock, faults, random } = this.#world;
    const { callbackUrl } = this.#request;
    if (faults.strikes("callback_forged")) {
      const { edit, attempt } = this.#request.input;
      const forged = random.pick([
        { url: callbackUrl.replace(`/${edit}/${attempt}/`, `/${edit}/${attempt + 1}/`), token },
        { url: callbackUrl.replace(/sig=.{6}/, "sig=forged"), token },
        { url: callbackUrl, token: "guessed" },
      ]);
      const lie: Prediction = { status: random.pick(["failed", "succeeded"] as const) };
      clock.after(random.between(1, 5_000), () =>
        this.#arrive(forged.url, forged.token, lie, tries, true),
      );
    }
    const arrive = (ms: number, what: Prediction = news) =>
      clock.after(ms, () => this.#arrive(callbackUrl, token, what, 1, false));
    if (faults.strikes("callback_stale")) {
      arrive(random.between(10_000, 600_000), { status: "processing", logs: "" });
    }
    if (faults.strikes("callback_doubled")) arrive(random.between(1, 10_000));
    if (faults.strikes("callback_lost")) return;
    if (faults.strikes("callback_late")) arrive(random.between(60_000, 7_200_000));
    else if (faults.strikes("callback_reordered")) arrive(random.between(1_000, 20_000));
    else arrive(random.between(1, 100));
  }

  #arrive(url: string, given: string, news: Prediction, attempt: number, forged: boolean): void {
    const again = () => {
      if (attempt >= tries) return;
      this.#world.clock.after(1_000 * 3 ** attempt, () =>
        this.#arrive(url, given, news, attempt + 1, forged),
      );
    };
    const invocation = new Invocation(this.#world, again);
    const answered = async () => {
      const status = await this.#receive(invocation, url, given, news);
      if (forged && status !== 401) {
        this.#world.violate(`a forged callback was answered ${status}`);
      }
      if (status === 503) again();
    };
    this.#world.watch(answered());
  }

  /** The edge's route, as functions/callback/predictions.ts has it, without HTTP. */
  async #receive(
    invocation: Invocation,
    url: string,
    given: string,
    news: Prediction,
  ): Promise<200 | 401 | 503> {
    const services = this.#world.services(invocation);
    const seconds = Math.floor(services.now() / 1000);
    const verified = verifyUrl(keyring, "POST", new URL(url), seconds);
    const grant = verified.ok ? verified.value : verified.problem.grant;
    if (grant === undefined || !sameSecret(token, bearer(`Bearer ${given}`) ?? "")) return 401;
    try {
      const messages = await takeNews(services, grant, news);
      this.#world.background(performNow(services, messages));
    } catch {
      return 503;
    }
    const { edit, attempt } = grant;
    const { witness } = this.#world;
    if (news.status === "succeeded") witness.successIsTaken(this.#account, edit, attempt);
    return 200;
  }
}
