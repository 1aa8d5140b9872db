# What ESynapse needs on Google Cloud, the same as 'esynapse provision' makes:
# tests/provision/test_terraform.py compares the two.

locals {
  apis = toset([
    "bigquery.googleapis.com",
    "bigquerystorage.googleapis.com",
    "pubsub.googleapis.com",
    "iam.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "artifactregistry.googleapis.com",
    "run.googleapis.com",
  ])

  datasets = {
    raw          = var.dataset
    staging      = "${var.dataset}_staging"
    intermediate = "${var.dataset}_intermediate"
    marts        = "${var.dataset}_marts"
    semantic     = "${var.dataset}_semantic"
    published    = "${var.dataset}_published"
  }

  # All but live_events, which has partitions.
  tables = toset([
    "products",
    "dead_letter_events",
    "daily_forecasts",
    "hourly_forecasts",
    "forecast_accuracy_runs",
    "forecast_components",
    "history_anomalies",
    "builds",
    "build_results",
    "arrival_ages",
  ])

  # Jobs and read sessions belong to the project, so neither role can be granted on less.
  project_roles = toset([
    "roles/bigquery.jobUser",
    "roles/bigquery.readSessionUser",
  ])

  # 6 to 30 lower-case letters, digits and dashes, a letter first.
  plain_name = replace(replace(lower(var.dataset), "/[^a-z0-9]+/", "-"), "/^[-0-9]+/", "")
  account_id = "${trimsuffix(substr(local.plain_name, 0, 21), "-")}-pipeline"
}

resource "google_project_service" "api" {
  for_each = local.apis

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}

# The account as which Pub/Sub itself acts. Enabling the API does not always make it.
resource "google_project_service_identity" "pubsub" {
  provider = google-beta

  project = var.project
  service = google_project_service.api["pubsub.googleapis.com"].service
}

resource "google_service_account" "pipeline" {
  project      = var.project
  account_id   = local.account_id
  display_name = "The ESynapse pipeline"

  depends_on = [google_project_service.api]
}

resource "google_bigquery_dataset" "dataset" {
  for_each = local.datasets

  project                    = var.project
  dataset_id                 = each.value
  location                   = var.location
  delete_contents_on_destroy = var.delete_data

  depends_on = [google_project_service.api]
}

resource "google_bigquery_table" "live_events" {
  project                  = var.project
  dataset_id               = google_bigquery_dataset.dataset["raw"].dataset_id
  table_id                 = "live_events"
  schema                   = file("${path.module}/schemas/live_events.json")
  clustering               = ["event_type", "product_id"]
  require_partition_filter = true
  deletion_protection      = !var.delete_data

  time_partitioning {
    type          = "DAY"
    field         = "event_timestamp"
    expiration_ms = var.event_expiration_days == 0 ? null : var.event_expiration_days * 86400000
  }
}

resource "google_bigquery_table" "raw" {
  for_each = local.tables

  project             = var.project
  dataset_id          = google_bigquery_dataset.dataset["raw"].dataset_id
  table_id            = each.value
  schema              = file("${path.module}/schemas/${each.value}.json")
  deletion_protection = !var.delete_data
}

resource "google_pubsub_topic" "dead_letter" {
  project = var.project
  name    = var.dead_letter_topic

  depends_on = [google_project_service.api]
}

resource "google_pubsub_topic" "live" {
  project = var.project
  name    = var.topic

  depends_on = [google_project_service.api]
}

# What Pub/Sub needs to write rows, and to pass on what it cannot write.

resource "google_bigquery_table_iam_member" "pubsub_dead_letter_events" {
  project    = var.project
  dataset_id = google_bigquery_dataset.dataset["raw"].dataset_id
  table_id   = google_bigquery_table.raw["dead_letter_events"].table_id
  role       = "roles/bigquery.dataEditor"
  member     = google_project_service_identity.pubsub.member
}

resource "google_bigquery_table_iam_member" "pubsub_live_events" {
  project    = var.project
  dataset_id = google_bigquery_dataset.dataset["raw"].dataset_id
  table_id   = google_bigquery_table.live_events.table_id
  role       = "roles/bigquery.dataEditor"
  member     = google_project_service_identity.pubsub.member
}

resource "google_pubsub_topic_iam_member" "pubsub_dead_letter" {
  project = var.project
  topic   = google_pubsub_topic.dead_letter.id
  role    = "roles/pubsub.publisher"
  member  = google_project_service_identity.pubsub.member
}

resource "google_pubsub_subscription" "dead_letter" {
  project = var.project
  name    = var.dead_letter_subscription
  topic   = google_pubsub_topic.dead_letter.id

  bigquery_config {
    table               = "${var.project}.${var.dataset}.${google_bigquery_table.raw["dead_letter_events"].table_id}"
    use_table_schema    = false
    write_metadata      = true
    drop_unknown_fields = false
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  expiration_policy {
    ttl = "" # never
  }

  depends_on = [google_bigquery_table_iam_member.pubsub_dead_letter_events]
}

resource "google_pubsub_subscription" "live" {
  project = var.project
  name    = var.subscription
  topic   = google_pubsub_topic.live.id

  bigquery_config {
    table               = "${var.project}.${var.dataset}.${google_bigquery_table.live_events.table_id}"
    use_table_schema    = true
    write_metadata      = false
    drop_unknown_fields = false
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letter.id
    max_delivery_attempts = 5
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  expiration_policy {
    ttl = "" # never
  }

  depends_on = [
    google_bigquery_table_iam_member.pubsub_live_events,
    google_pubsub_topic_iam_member.pubsub_dead_letter,
  ]
}

resource "google_pubsub_subscription_iam_member" "pubsub_live" {
  project      = var.project
  subscription = google_pubsub_subscription.live.id
  role         = "roles/pubsub.subscriber"
  member       = google_project_service_identity.pubsub.member
}

# What the pipeline needs: to write its datasets, to publish, to run jobs, to read.

resource "google_bigquery_dataset_iam_member" "pipeline" {
  for_each = local.datasets

  project    = var.project
  dataset_id = google_bigquery_dataset.dataset[each.key].dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_service_account.pipeline.member
}

resource "google_pubsub_topic_iam_member" "pipeline_live" {
  project = var.project
  topic   = google_pubsub_topic.live.id
  role    = "roles/pubsub.publisher"
  member  = google_service_account.pipeline.member
}

resource "google_project_iam_member" "pipeline" {
  for_each = local.project_roles

  project = var.project
  role    = each.value
  member  = google_service_account.pipeline.member
}
