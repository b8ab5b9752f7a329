/**
 * The commented backout.yaml that `backout init` writes.
 *
 * Every setting is in it. `# ` begins words; `#` right before a setting means that it is off, with its default or an
 * example as its value. Both are tested: the file as it stands, and with every `#setting` switched on.
 */

/** `schemaReference` is what editors are pointed at: a path relative to the file, or a URL. */
export function configTemplate(schemaReference: string): string {
  return `# yaml-language-server: $schema=${schemaReference}
${TEMPLATE}`;
}

const TEMPLATE = `
# backout.yaml: what can be rolled back, and how.
# Change what is marked <-- and run \`backout check\`, then \`backout doctor\`.
# Every setting is explained in docs/configuration.md.
version: 1

# Where Temporal is. A flag or TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, … in the environment win over this; this wins over
# the profile of the \`temporal\` CLI. TLS certificates and API keys come from the environment or the profile.
temporal:
  address: 127.0.0.1:7233 # <--
  #namespace: default
  #profile: default
  taskQueue: backout

# The machines that services run on. The worker's own machine is always there under the name \`local\`.
hosts:
  web-1:
    ssh:
      address: web-1.example.net # <--
      user: deploy # <--
      #port: 22
      #identityFile: ~/.ssh/id_ed25519
      # A host whose key is not in here is refused. Fill it with: ssh-keyscan web-1.example.net
      #knownHostsFile: ~/.ssh/known_hosts
      #jump: bastion.example.net
      # An ssh_config of your own, for what has no setting here.
      #configFile: /etc/backout/ssh_config
      #connectTimeoutSeconds: 5
    # Run every command through \`sudo -n\`: nginx and systemd mostly need it.
    sudo: true

# One folder per rollback: report, logs, state before and after. On the worker.
incidents:
  directory: ./incidents
  retentionDays: 30

# Who may decide about rollbacks. Without it nobody's approval is awaited, and anybody may type RESTORE. See docs/approvals.md.
#approvals:
  # Everybody who may decide anything, by a short name.
  #people:
    #anna: { name: Anna Ax, aliases: [a.ax], roles: [on-call] }
    #ben: { name: Ben Bo, roles: [team-lead] }
    #cara: { roles: [reviewer], principal: cara }
  # Names for several people or roles.
  #groups:
    #payments: [cara, role:team-lead]
  # The first that fits counts. Where none fits, the built-in rules do.
  #rules:
    #- environments: [production]
      #severities: [P2, P3]
      #kinds: [full]
      # All of these are awaited, each from somebody else: a name, role:NAME or group:NAME.
      #approvers:
        #- from: [role:team-lead]
        #- from: [role:reviewer, group:payments]
          #count: 1
      # Told, not waited for.
      #tell: [anna]
      #requesterMayApprove: false
      #expiresMinutes: 60
      #assurance: declared
      # Who may type RESTORE. Default: everybody under people.
      #restore:
        #from: [role:on-call, role:team-lead]
        #requesterMayConfirm: true
        #expiresMinutes: 240
        #assurance: declared
  # May go ahead without the approvals, with a reason; everybody hears of it.
  #breakGlass: [role:team-lead]
  # Who signs with which key, for \`assurance: signed\`. On the worker. See docs/approvals.md.
  #signing:
    #allowedSignersFile: /etc/backout/allowed_signers
    #revokedKeysFile: /etc/backout/revoked_keys

# Who is paged about every rollback, until it ends well or somebody resolves it. Without it nobody is. See docs/escalation.md.
#escalation:
  # The ways to page, by names of your own.
  #channels:
    #on-call:
      #kind: pagerduty
      # What receipts call it. Default: the name above.
      #name: primary
      #routingKey: { env: PAGERDUTY_ROUTING_KEY }
      #baseUrl: https://events.pagerduty.com
    #goalert:
      #kind: goalert
      #baseUrl: https://goalert.example.net
      #token: { env: GOALERT_TOKEN }
    #mail:
      #kind: email
      #from: backout@example.net
      #to: [on-call@example.net]
      #smtp:
        #host: smtp.example.net
        #port: 587
        #tls: starttls
        #caFile: /etc/ssl/certs/ca-certificates.crt
        #user: backout
        #password: { env: SMTP_PASSWORD }
    # Or, instead of token and channel, an incoming webhook: webhook: { env: SLACK_PAGES_WEBHOOK }
    #chat:
      #kind: slack
      #token: { env: SLACK_BOT_TOKEN }
      #channel: C0123456789
      #mention: [here]
    #bridge:
      #kind: webhook
      #url: https://bridge.example.net/pages
      #signingKey: { env: BRIDGE_SIGNING_KEY }
  #levels:
    # A list of channels is used in order: the next one when the one before fails.
    #- name: on duty
      #people: [anna]
      #afterMinutes: 0
      #channels: [on-call, mail]
    # Several lists at once, each with its own fallbacks.
    #- name: team lead
      #people: [ben]
      #afterMinutes: 15
      #sideBySide: [[goalert, mail], [chat, bridge]]
    #- name: CTO
      #people: [cara]
      #afterMinutes: 60
      #onlyIfCustomersAffected: true
      #channels: [on-call]
  # Until somebody acknowledges, the level is paged again after this time.
  #repeatMinutes: 5
  # So long each channel is tried before the next one.
  #channelSeconds: 60

# What customers read while a rollback runs that affects them. See docs/status-page.md.
#statusPage:
  # Atlassian Statuspage. Any other: kind: webhook, url: https://status.example.net/updates, token: { env: STATUS_PAGE_TOKEN }
  #kind: statuspage
  #pageId: abc123def456
  #apiKey: { env: STATUSPAGE_API_KEY }
  #componentIds: [web1abcdefgh]
  #baseUrl: https://api.statuspage.io/v1
  # The only name that customers read.
  #publicName: Example Listings
  # At least this often, and after two hours less often.
  #everyMinutes: 15
  #slowAfterMinutes: 120
  #slowEveryMinutes: 30

# Messages in your own words: a file for each, such as announcement-ended.liquid. Without it, or without a file, the default
# text is sent. See docs/templates.md, and \`backout templates list\`.
#templates: ./templates

# Slack: incoming webhooks. Here stands where the secret is, never the secret itself.
#slack:
  # Every message.
  #incidents: { env: SLACK_INCIDENTS_WEBHOOK }
  # Start and end.
  #deployments: { env: SLACK_DEPLOYMENTS_WEBHOOK }
  # The end.
  #engineering: { env: SLACK_ENGINEERING_WEBHOOK }
  # Each may be a bot instead, which makes one thread of each rollback. See docs/channels.md:
  # incidents: { token: { env: SLACK_BOT_TOKEN }, channel: C0123456789 }

# Who is told by e-mail, and of which moments: one conversation per rollback. See docs/channels.md.
#stakeholders:
  #mail:
    #from: backout@example.com
    #smtp:
      #host: smtp.example.com
      #user: backout
      #password: { env: SMTP_PASSWORD }
  #to: [product@example.com, support@example.com]
  #on: [started, traffic-shifted, database-restored, ended]

# Where the notice goes that tells customers of lost data, when a person runs \`backout notify-customers\`. See docs/channels.md.
#customerNotice:
  #mail:
    #from: support@example.com
    #smtp: { host: smtp.example.com }
  #name: Example Listings
  #to: [customers@lists.example.com]

# Events for other systems: CDEvents as CloudEvents, by HTTP POST. See docs/events.md.
#events:
  #url: https://events.example.net/
  #token: { env: EVENTS_TOKEN }
  # Together with its id, this tells an event from any other.
  #source: /backout
  # The package URL of a version.
  #artifact: pkg:generic/$service@$version
  # Where people find the incident. With it, incident.reported is sent too.
  #ticketUrl: https://temporal.example.net/namespaces/default/workflows/$workflowId

# After a rollback: the service is watched, tickets are made, people are reminded. See docs/follow-up.md.
#followUp:
  #enabled: true
  #watchHours: 24
  #everyMinutes: 15
  # By the levels under escalation. Also: reminders, when they were ignored.
  #page: [trouble]
  #reminders:
    # By when, counted from the end of the rollback.
    #reviewMinutes: 30
    #rootCauseHours: 24
    #postmortemDays: 7
    # From this reminder of one thing on, the second level is told, too, by what does not ring.
    #escalateFrom: 2
    #giveUpDays: 30
  # On GitHub, or instead in Jira:
  #   jira: { url: https://example.atlassian.net, project: OPS, issueType: Bug, user: bot@example.com, token: { env: JIRA_TOKEN }, apiVersion: '3', priorities: { P0: Highest } }
  #tickets:
    #github:
      #repo: example/listings
      #token: { env: GITHUB_TOKEN }
      #baseUrl: https://api.github.com
      # Besides the environment and the severity.
      #labels: [bug, rollback]

worker:
  # Default: backout@HOST:PID.
  #identity: backout@ops-1
  # /healthz, /readyz and /metrics of Backout itself.
  healthAddress: 127.0.0.1:8089
  # The Temporal SDK's own Prometheus metrics.
  #metricsAddress: 127.0.0.1:9464
  logLevel: info
  #maxConcurrentActivities: 100
  #shutdownGraceSeconds: 30

services:
  listings: # <-- the name that people type: backout rollback traffic-only listings --reason "…"
    #description: The property listings site
    #defaultEnvironment: production
    environments:
      production:
        # A worker inside this environment's network, where the main one can't reach it.
        #taskQueue: backout
        target:
          kind: nginx-blue-green
          host: web-1 # a name under hosts, or local
          # The file that holds the upstream block, and the block's name.
          site: /etc/nginx/sites-available/listings # <--
          upstream: listings # <--
          #nginx:
            #binary: nginx
            #config: /etc/nginx/nginx.conf
            #prefix: /usr/share/nginx
            #reload: [systemctl, reload, nginx]
            # Kept as evidence.
            #errorLog: /var/log/nginx/error.log
          # On the host: the lock that keeps two rollbacks apart, and what the last one did.
          #stateDirectory: /var/lib/backout
          # How the switch is proved: so many answers in a row, each on a new connection, from the release returned to.
          probe:
            url: http://127.0.0.1/ # <--
            hostHeader: listings.example.net # <--
            # The response header that says which colour answered: blue or green.
            identityHeader: X-Colour # <--
            #from: host
            #answers: 10
            #withinSeconds: 10
          colours:
            blue:
              # As written after \`server\` in the upstream.
              servers: ['127.0.0.1:8080'] # <--
              # What the identity header says when this colour answers. Default: the colour's name.
              #identity: blue
              #weightHeader: X-Blue-Weight
              # Where the colour itself answers, past nginx.
              url: http://127.0.0.1:8080 # <--
              # How to learn its version: { header: X-Version }, { path: /version, json: version } or { file: /srv/blue/VERSION }.
              # Switch it on, for every colour: without it, a mended release can't be told from the bad one that a rollback
              # took out of the same colour, and the next rollback may be refused.
              #version: { header: X-Version }
              # How it is stopped and started: systemd, pidFile or match.
              process: { systemd: listings-blue.service } # <--
              # Kept before the colour is stopped: files, or journal units.
              logs:
                - file: /var/log/listings/blue.log # <--
                #- journal: listings-blue.service
            green:
              servers: ['127.0.0.1:8081'] # <--
              #identity: green
              #weightHeader: X-Green-Weight
              url: http://127.0.0.1:8081 # <--
              #version: { header: X-Version }
              process:
                systemd: listings-green.service # <--
                # A unit of the user's own manager (systemctl --user).
                #user: false
                # After SIGTERM it may take this long; then it gets SIGKILL.
                #stopTimeoutSeconds: 30
              # Without systemd, one of these instead:
              #   process: { pidFile: /run/listings/green.pid, start: [/srv/green/start.sh], cwd: /srv/green }
              #   process: { match: 'node /srv/green/server.js', start: [/srv/green/start.sh], cwd: /srv/green }
              logs:
                - file: /var/log/listings/green.log # <--

        # When the release returned to counts as good. Anything less is reported as unverified, never as success.
        verify:
          #from: host
          health:
            paths: [/health] # <-- asked of the colour itself
            #steadySeconds: 5
            #withinSeconds: 60
            #intervalSeconds: 0.5
            #timeoutSeconds: 5
          smoke:
            # Critical pages, through the front door.
            urls:
              - url: http://127.0.0.1/ # <--
                hostHeader: listings.example.net # <--
                #status: 200
                #bodyContains: Listings
            #timeoutSeconds: 10
            # A program and its arguments: exit code 0 passes. It must print no secret.
            #command: [/srv/listings/smoke-test.sh]
            #commandOn: host
            #commandTimeoutSeconds: 60
          # Error lines that the release writes after the switch, in the logs above.
          logErrors:
            #pattern: ERROR|FATAL|CRITICAL
            max: 10
          # Prometheus. "No data" is not "healthy".
          #metrics:
            #prometheus:
              #url: http://prometheus.example.net:9090
              #bearerToken: { env: PROMETHEUS_TOKEN }
              #timeoutSeconds: 10
            # Requests per second. Below the minimum nothing is judged healthy.
            #requests: sum(rate(http_requests_total{job="listings",colour="$release"}[$window]))
            #minRequestsPerSecond: 0.1
            #errorShare:
              #query: sum(rate(http_requests_total{job="listings",colour="$release",status=~"5.."}[$window])) / sum(rate(http_requests_total{job="listings",colour="$release"}[$window])) or vector(0)
              #below: 0.01
            #p95:
              #query: histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{job="listings",colour="$release"}[$window])))
              #belowSeconds: 3
              # May be \`factor\` times what was normal, instead of belowSeconds.
              #baseline:
                #query: histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{job="listings"}[1d] offset 1d)))
                #factor: 2
            #uptime:
              #query: avg_over_time(up{job="listings",colour="$release"}[$window])
              #above: 0.99
            #windowSeconds: 60
            #settleSeconds: 30
            #withinSeconds: 120
            #intervalSeconds: 2

        # The PostgreSQL database that a full rollback restores, and that \`backout backup\` dumps. See docs/targets/postgresql.md.
        #database:
          #name: listings
          # Where psql, pg_dump and pg_restore run: a name under hosts, or local.
          #host: web-1
          # In a container (docker exec) or in a pod (kubectl exec):
          #container: listings-db
          #   pod: { namespace: prod, name: listings-db-0, selector: app=listings-db, container: postgres, context: eu }
          # As another user of the system, for peer authentication.
          #systemUser: postgres
          # The folder of the programs, where they are not on the PATH.
          #programs: /usr/lib/postgresql/15/bin
          #connection:
            # The folder of the Unix socket, or instead: address: db.example.net
            #socket: /var/run/postgresql
            #port: 5432
            #user: postgres
            #password: { env: LISTINGS_DB_PASSWORD }
            #maintenanceDatabase: postgres
            #sslMode: prefer
            #sslRootCertificate: /etc/ssl/certs/db-ca.pem
          # How PostgreSQL is started when it does not answer (backout recover). Default: docker start of \`container\`.
          #server:
            #systemd: postgresql@15-main.service
            #user: false
            #   or container: listings-db, or start: [pg_ctlcluster, '15', main, start]
            #readyWithinSeconds: 60
          #backups:
            #folder: /var/backups/listings
            #pattern: '*.{sql.gz,dump}'
            # Whose folder: the host's, or the one inside the container or pod (database).
            #where: host
          #restore:
            # swap: beside the live database, then renamed. in-place: where no second copy fits.
            #strategy: swap
            #jobs: 4
            #keepOldDays: 7
            # What the application remembers of the database before is wrong.
            #restartApplication: true
            # Healthy only when the application reaches its database.
            #healthPath: /health/db
            # What must hold before the restored database goes live.
            #checks:
              #- name: there are listings
                #sql: SELECT count(*) > 1000 FROM listings
                #expect: t
          # Tables whose rows newer than the backup are counted: what a restore would lose.
          #newerRows:
            #- table: orders
              #column: created_at

        # Its migrations: a traffic-only rollback does not go back across one that the release before does not run on. See
        # docs/migrations.md. node-pg-migrate, knex, prisma, django, alembic, flyway, golang-migrate, table or lines.
        #migrations:
          #tool: knex
          # Default: the tool's own, read through \`database\`.
          #table: knex_migrations
          #   With tool: table: { column: name, orderBy: id } or { query: SELECT file FROM changes ORDER BY at }
          # Where commands run and files lie. Default: the target's host.
          #host: web-1
          # Instead of the table: what the tool's own command says.
          #applied:
            #command: [npx, knex, 'migrate:list']
            #folder: /srv/listings/$release
          # What a release knows. $release is its name, $version its version. files, or command and folder.
          #known:
            #files: /srv/listings/$release/migrations
          # Where it does not lie anywhere any more: its version, and its last migration.
          #lastKnown: { 1.4.0: 20260301101112_add_price.js }
          # For the commands.
          #environment: { DATABASE_URL: { env: LISTINGS_DATABASE_URL } }
          #timeoutSeconds: 15
          # The author's word, by globs on names; else a name says so itself: 20260301_add_price.additive.js
          #additive: ['*_add_*']
          #irreversible: ['*_drop_*']
          # Shown to people, never run. $migration is the last one that the release returned to knows, $count how many go.
          #down: [npm, run, 'db:migrate:down', --, $count]

        # Feature flags that \`backout rollback partial listings --flag NAME\` switches off. See docs/targets/flags-and-configuration.md.
        #flags:
          #new-checkout:
            #unleash:
              #url: https://unleash.example.net
              #token: { env: UNLEASH_TOKEN }
              #project: default
              #environment: production
              # Default: the flag's name.
              #feature: new-checkout
            # What shows, beside Unleash itself, that it is off. Or: { command: [/srv/listings/is-off.sh] }
            #check: { url: 'http://127.0.0.1/checkout', status: 200, bodyContains: old checkout, withinSeconds: 10 }
          #new-search:
            # A JSON or environment file, on the target's host.
            #file: /srv/listings/flags.json
            #format: json
            #key: features.search
            #off: false
            # Does the release read it only when it starts?
            #restart: false
            #release: blue

        # Configuration files that \`backout rollback partial listings --configuration NAME\` puts back from their saved copies.
        #configFiles:
          #blue-env:
            #file: /srv/listings/.env.blue
            #saved: /srv/listings/.env.blue.old
            # env, json, jsonc (with comments) or text. Default: by the name.
            #format: env
            #restart: true
            # Whose process reads it. Default: the release that serves.
            #release: blue
            # Values that the plan may show. Of all others it shows only that they differ.
            #showValues: [LOG_LEVEL]

        #evidence:
          # Of each log, at most this many of its last bytes.
          #maxBytesPerFile: 50000000
          # Or: { file: /var/log/syslog }
          #systemLog: { journal: true }

        # This environment's own channels, instead of the ones above.
        #slack:
          #incidents: { file: /etc/backout/slack-webhook }

        # Whom this environment tells by e-mail, instead of those above.
        #stakeholders:
          #mail:
            #from: backout@example.com
            #smtp: { host: smtp.example.com }
          #to: [listings@example.com]
        #customerNotice:
          #mail:
            #from: support@example.com
            #smtp: { host: smtp.example.com }
          #to: [listings-customers@lists.example.com]

        # The faulty version is tagged there once traffic has left it: PREFIX/SERVICE/VERSION/TIME. See docs/blocked-versions.md.
        #git:
          #remote: git@github.com:example/listings.git
          # What the commit of a version is called there.
          #ref: v$version
          #tagPrefix: rollback

        # This environment's own receiver of events, instead of the one above.
        #events:
          #url: https://events.example.net/
          #token: { file: /etc/backout/events-token }
          #source: /backout
          #artifact: pkg:oci/listings@$version
          #ticketUrl: https://temporal.example.net/namespaces/default/workflows/$workflowId

        # What happens after a rollback of this environment, instead of the one above.
        #followUp:
          #watchHours: 48

        # How long each step may try before a person is asked what to do.
        #budgets:
          #captureBeforeSeconds: 2
          #startPreviousSeconds: 120
          #shiftTrafficSeconds: 60
          #captureLogsSeconds: 120
          #stopFaultySeconds: 120
          #verifySeconds: 300
          # Full rollback: restoring the backup beside the live database; then putting it in its place.
          #prepareRestoreSeconds: 14400
          #restoreDatabaseSeconds: 300
          #restartApplicationSeconds: 180
          #startDatabaseSeconds: 120
          # Partial rollback.
          #switchFlagsSeconds: 120
          #putBackConfigurationSeconds: 120
          #reportSeconds: 60
          #announceSeconds: 60
`;
