# As the settings of ESynapse, by the same names and with the same defaults.

variable "project" {
  description = "Id of the Google Cloud project (ESYNAPSE_PROJECT)."
  type        = string
}

variable "dataset" {
  description = "BigQuery dataset of the raw tables; the others are named after it (ESYNAPSE_DATASET)."
  type        = string
  default     = "esynapse"

  validation {
    condition     = can(regex("^[A-Za-z_0-9]*[A-Za-z][A-Za-z_0-9]*$", var.dataset))
    error_message = "A dataset's name has letters, digits and underscores, here at least one letter."
  }
}

variable "location" {
  description = "Region or multi-region of the datasets; it cannot be changed later (ESYNAPSE_LOCATION)."
  type        = string
  default     = "US"
}

variable "event_expiration_days" {
  description = "BigQuery deletes days of live_events that are older; 0 keeps them for ever (ESYNAPSE_EVENT_EXPIRATION_DAYS)."
  type        = number
  default     = 0
}

variable "topic" {
  description = "Topic that events are published to (ESYNAPSE_TOPIC)."
  type        = string
  default     = "live-events"
}

variable "subscription" {
  description = "Subscription that writes them to BigQuery (ESYNAPSE_SUBSCRIPTION)."
  type        = string
  default     = "live-events-to-warehouse"
}

variable "dead_letter_topic" {
  description = "Topic of the messages that do not fit the table (ESYNAPSE_DEAD_LETTER_TOPIC)."
  type        = string
  default     = "live-events-dead-letter"
}

variable "dead_letter_subscription" {
  description = "Subscription that writes those to BigQuery (ESYNAPSE_DEAD_LETTER_SUBSCRIPTION)."
  type        = string
  default     = "live-events-dead-letter-to-warehouse"
}

variable "delete_data" {
  description = "Whether 'terraform destroy', or a change that needs a new table, may delete data."
  type        = bool
  default     = false
}
