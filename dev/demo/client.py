"""Talks to NetBox as a client does: REST with a token, and the one form that REST has no counterpart of.

Every answer that is not a success becomes a Failure that says what was asked, the status, and the text under each key.
"""

import time

import requests

SECONDS_TO_ANSWER = 290
SECONDS_BETWEEN_LOOKS = 0.5
ROWS_PER_PAGE = 1000
ERRORS_SHOWN = 3
CONFLICT = 409
TRIES = 5

BRANCHES = 'plugins/branching/branches/'
JOBS = 'core/jobs/'
JOB_IS_OVER = ('completed', 'errored', 'failed')


class Failure(Exception):
    """Something is not as it should be; the message is a sentence for people."""


class Client:
    """The REST API, in main or (with `branch`, the schema id of one) in a branch."""

    def __init__(self, netbox, branch: str | None = None):
        self.netbox, self.schema_id = netbox, branch
        self.session = requests.Session()
        self.session.headers.update(netbox.headers)
        if branch:
            self.session.headers['X-NetBox-Branch'] = branch

    def get(self, path: str, **parameters):
        return self.ask('GET', path, params=parameters)

    def post(self, path: str, body):
        return self.ask('POST', path, json=body)

    def patch(self, path: str, body):
        return self.ask('PATCH', path, json=body)

    def ask(self, method: str, path: str, **kwargs):
        """
        Return the JSON that NetBox answers with; raise Failure unless it is a success.

        A change of a type that finds its table in use, by a long query or a job, is refused with 409 after a while,
        and asked for again.
        """
        for _attempt in range(TRIES):
            response = self.send(method, path, **kwargs)
            if response.status_code != CONFLICT:
                break
        if not response.ok:
            raise Failure(f'{method} {path} was answered with {response.status_code}: {describe(response)}')
        return response.json() if response.content else None

    def send(self, method: str, path: str, **kwargs) -> requests.Response:
        """Return the response, whatever it is."""
        url = f'{self.netbox.url}/api/{path}'
        try:
            return self.session.request(method, url, timeout=SECONDS_TO_ANSWER, **kwargs)
        except requests.Timeout:
            raise Failure(f'{method} {path} was not answered within {SECONDS_TO_ANSWER} seconds.') from None
        except requests.ConnectionError as error:
            raise Failure(f'{method} {path}: the connection broke ({error}).') from None

    def status(self, path: str) -> int:
        return self.send('GET', path).status_code

    def count(self, path: str, **parameters) -> int:
        return self.get(path, limit=1, **parameters)['count']

    def pages(self, path: str, **parameters):
        """Yield the results of a list, page by page."""
        offset = 0
        while page := self.get(path, limit=ROWS_PER_PAGE, offset=offset, **parameters)['results']:
            yield page
            offset += len(page)


def describe(response: requests.Response) -> str:
    """Return what an error response says, with the keys that it is about."""
    try:
        body = response.json()
    except ValueError:
        title = response.text.partition('<title>')[2].partition('</title>')[0]
        return title.strip() or response.text.strip()[:200] or response.reason
    return '; '.join(list(_sentences(body))[:ERRORS_SHOWN])


def _sentences(body, *keys):
    if isinstance(body, dict) and 'errors' in body and 'detail' in body:
        # The answer to a list: each entry that is wrong is named by its place in it, or by its id.
        for entry in body['errors']:
            place = f'entry {entry["index"]}' if 'index' in entry else f'id {entry.get("id")}'
            yield from _sentences(entry['errors'], place)
    elif isinstance(body, dict):
        for key, value in body.items():
            yield from _sentences(value, *keys, key)
    elif isinstance(body, list) and any(isinstance(item, dict) for item in body):
        for index, item in enumerate(body):
            yield from _sentences(item, *keys, f'entry {index}')
    else:
        text = ' '.join(map(str, body)) if isinstance(body, list) else str(body)
        yield f'{", ".join(map(str, keys))}: {text}' if keys else text


def merge_by_form(netbox, branch_id: int, strategy: str) -> None:
    """Ask for a merge by the form of netbox-branching, which alone can choose the strategy."""
    with requests.Session() as browser:
        _submit(browser, netbox, '/login/', username=netbox.username, password=netbox.password)
        address = f'/plugins/branching/branches/{branch_id}/merge/'
        response = _submit(browser, netbox, address, merge_strategy=strategy, commit='on')
        if not response.is_redirect:
            raise Failure(f'The merge form at {address} was not accepted ({response.status_code}).')


def _submit(browser, netbox, address, **values):
    url = netbox.url + address
    try:
        browser.get(url, timeout=SECONDS_TO_ANSWER).raise_for_status()
        token = browser.cookies['csrftoken']
        return browser.post(
            url,
            data={**values, 'csrfmiddlewaretoken': token},
            headers={'Referer': url},
            timeout=SECONDS_TO_ANSWER,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise Failure(f'The page {address} could not be used: {error}') from None


def newest_job(client: Client, branch_id: int) -> dict | None:
    jobs = client.get(JOBS, object_type='netbox_branching.branch', object_id=branch_id, ordering='-created', limit=1)
    return next(iter(jobs['results']), None)


def wait_for_job(client: Client, branch_id: int, job_id: int, wanted: str, seconds: float, tick=lambda: None) -> None:
    """
    Wait until a job of a branch has ended and the branch has the status that it should leave behind.

    Args:
        client: REST in main
        branch_id: the branch
        job_id: its job
        wanted: status of the branch afterwards, such as `merged`
        seconds: how long to wait
        tick: called between looks

    Raises:
        Failure: the job failed, a process of NetBox ended, or it took too long
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = client.get(f'{JOBS}{job_id}/')
        if job['status']['value'] in JOB_IS_OVER:
            _check_end(client, branch_id, job, wanted)
            return
        if any(process.poll() is not None for process in client.netbox.processes):
            raise Failure(f'A process of NetBox ended while the job "{job["name"]}" was waited for.')
        tick()
        time.sleep(SECONDS_BETWEEN_LOOKS)
    raise Failure(f'The job "{job["name"]}" is still {job["status"]["value"]} after {seconds:.0f} seconds.')


def _check_end(client, branch_id, job, wanted):
    branch = client.get(f'{BRANCHES}{branch_id}/')
    if job['status']['value'] == 'completed' and branch['status']['value'] == wanted:
        return
    log = (job.get('data') or {}).get('log') or []
    last = log[-1] if log else ''
    last = last.get('message', last) if isinstance(last, dict) else last
    raise Failure(
        f'The job "{job["name"]}" ended as {job["status"]["value"]}, and the branch is {branch["status"]["value"]} '
        f'instead of {wanted}: {job.get("error") or last or "no reason was logged"}'
    )
