output "pipeline_account" {
  description = "Email of the service account that the flows run as."
  value       = google_service_account.pipeline.email
}

output "datasets" {
  description = "Ids of the datasets."
  value       = [for dataset in google_bigquery_dataset.dataset : dataset.dataset_id]
}

output "topic" {
  description = "Full name of the topic that events are published to."
  value       = google_pubsub_topic.live.id
}
