<?php
namespace Opencart\Catalog\Controller\Extension\Tieout\Module;

/** Answers Tieout's questions and tells it of changes. OpenCart 4.x. */
class Tieout extends \Opencart\System\Engine\Controller {
	public function rows(): void {
		require_once(DIR_EXTENSION . 'tieout/system/library/door.php');
		$body = (string)file_get_contents('php://input', false, null, 0, \TieoutDoor::BODY_BYTES_MAX + 1);
		$key = $this->config->get('module_tieout_status') ? (string)$this->config->get('module_tieout_key') : '';
		$answer = $this->door()->answer($key, \TieoutDoor::headers($_SERVER), $body, time());
		http_response_code($answer['status']);
		foreach ($answer['headers'] as $name => $value) {
			$this->response->addHeader($name . ': ' . $value);
		}
		$this->response->setOutput($answer['body']);
	}

	public function changed(string &$route, array &$args, mixed &$output = null): void {
		$this->tell('order', $args[0] ?? 0);
	}

	public function customer(string &$route, array &$args, mixed &$output = null): void {
		$this->tell('customer', $output);
	}

	/** Runs inside a customer's checkout: whatever happens, it must go on. */
	private function tell(string $kind, mixed $id): void {
		try {
			if ($this->config->get('module_tieout_status') && (int)$id) {
				require_once(DIR_EXTENSION . 'tieout/system/library/door.php');
				\TieoutDoor::tell((string)$this->config->get('module_tieout_url'), (string)$this->config->get('module_tieout_key'), $kind, (string)(int)$id, time());
			}
		} catch (\Throwable $error) {
			return;
		}
	}

	private function door(): \TieoutDoor {
		$db = $this->db;
		return new \TieoutDoor(
			fn (string $sql): array => $db->query($sql)->rows,
			fn (string $value): string => $db->escape($value),
			DB_PREFIX
		);
	}
}
